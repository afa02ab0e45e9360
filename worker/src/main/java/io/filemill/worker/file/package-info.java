/** One file's run on a node: what a processor is given, what it answers, and the job that drives it. */
@NullMarked
package io.filemill.worker.file;

import org.jspecify.annotations.NullMarked;
