package io.filemill.parser;

import org.xml.sax.SAXException;

/** Stops a parse because enough was read. Parsers may wrap or swallow it, so {@link Budget#isExhausted()} is what counts. */
final class LimitReachedException extends SAXException {
    LimitReachedException(String message) {
        super(message);
    }
}
