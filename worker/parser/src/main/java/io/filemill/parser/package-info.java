/** The program of the parser's child process: it reads requests, turns untrusted bytes into text with Tika, and writes answers. */
@NullMarked
package io.filemill.parser;

import org.jspecify.annotations.NullMarked;
