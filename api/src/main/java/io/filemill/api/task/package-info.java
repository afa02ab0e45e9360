/** Tasks and their files as readers see them, and how to cancel one. */
@NullMarked
package io.filemill.api.task;

import org.jspecify.annotations.NullMarked;
