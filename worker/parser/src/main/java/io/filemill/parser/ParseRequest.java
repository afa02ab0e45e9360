package io.filemill.parser;

/**
 * One request of the parent.
 *
 * @param path the file
 * @param filename the name that the file had at its owner's; its extension helps to detect the type
 * @param limits bounds on the answer
 * @param timeoutMillis after this time the child ends itself, in case that its parent no longer can
 */
record ParseRequest(String path, String filename, Limits limits, long timeoutMillis) {}
