/** The life of a node: it registers, renews its lease, takes work, and drains. */
@NullMarked
package io.filemill.worker.node;

import org.jspecify.annotations.NullMarked;
