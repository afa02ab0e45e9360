/** A node's health over HTTP, for what restarts processes and sends them work. */
@NullMarked
package io.filemill.worker.health;

import org.jspecify.annotations.NullMarked;
