/** A node's health and metrics over HTTP, for what restarts processes, sends them work and watches them. */
@NullMarked
package io.filemill.worker.health;

import org.jspecify.annotations.NullMarked;
