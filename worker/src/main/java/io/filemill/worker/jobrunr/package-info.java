/** JobRunr's background server on a node: its slots, its recurring job, and how it is woken. */
@NullMarked
package io.filemill.worker.jobrunr;

import org.jspecify.annotations.NullMarked;
