/** From rows to running jobs: submission, the feeder, the job stored in JobRunr, and wake-ups. */
@NullMarked
package io.filemill.db.queue;

import org.jspecify.annotations.NullMarked;
