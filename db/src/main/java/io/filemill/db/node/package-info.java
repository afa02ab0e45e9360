/** Worker nodes: heartbeats, leases, and the rescue of what lost nodes left behind. */
@NullMarked
package io.filemill.db.node;

import org.jspecify.annotations.NullMarked;
