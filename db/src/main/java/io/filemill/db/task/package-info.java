/** Upload tasks and their file tasks: the rows, and every statement that moves them. */
@NullMarked
package io.filemill.db.task;

import org.jspecify.annotations.NullMarked;
