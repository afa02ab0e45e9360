package io.filemill.e2e.chaos;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One upload as the load sent it. No two share an item, so that the rows tell which upload they belong to.
 *
 * @param number counts the uploads
 * @param items what its files must be called in the rows
 * @param task the accepted task, or null if no answer came
 */
record Submission(int number, Set<String> items, @Nullable UUID task) {}
