package io.filemill.worker.document;

/**
 * What the parser's child process is asked.
 *
 * @param path the file
 * @param filename the name to detect its type by
 * @param limits bounds on the answer
 * @param timeoutMillis after this time the child ends itself, in case that this process no longer can
 */
record ParserRequest(String path, String filename, Limits limits, long timeoutMillis) {

    /**
     * Bounds over the file and everything inside it.
     *
     * @param characters text, in UTF-16 units
     * @param embeddedDocuments documents inside the file, at any depth
     * @param depth how deep documents may be nested in documents
     * @param unpackedBytes bytes of all documents inside the file together
     */
    record Limits(int characters, int embeddedDocuments, int depth, long unpackedBytes) {
        static final Limits DEFAULT = new Limits(20_000_000, 1_000, 10, 2L << 30);
    }
}
