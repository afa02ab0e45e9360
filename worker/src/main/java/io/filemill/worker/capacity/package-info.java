/** How many files this node runs at once, which GPUs it may use for them, and why. */
@NullMarked
package io.filemill.worker.capacity;

import org.jspecify.annotations.NullMarked;
