/** Deletes what ended long ago. */
@NullMarked
package io.filemill.worker.purge;

import org.jspecify.annotations.NullMarked;
