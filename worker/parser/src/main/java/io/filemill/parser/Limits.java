package io.filemill.parser;

/**
 * Bounds on what one request may produce, over the file and everything inside it.
 *
 * @param characters text, in UTF-16 units, and elements around it
 * @param embeddedDocuments documents inside the file, at any depth
 * @param depth how deep documents may be nested in documents
 * @param unpackedBytes bytes of all documents inside the file together
 */
record Limits(int characters, int embeddedDocuments, int depth, long unpackedBytes) {}
