package io.filemill.worker.document;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a node decides about its parser.
 *
 * @param directory where the parser's jars are laid out, about 60 MB for each version; kept between runs it saves time at start
 * @param slots how many files the node processes at once
 * @param heapMegabytes the most that the heap of one parser process may take
 * @param stallLimit for how long a parser may make no progress
 */
public record ParserSettings(Path directory, int slots, int heapMegabytes, Duration stallLimit) {}
