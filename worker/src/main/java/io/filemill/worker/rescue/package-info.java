/** Files that nobody runs any more go back to pending. */
@NullMarked
package io.filemill.worker.rescue;

import org.jspecify.annotations.NullMarked;
