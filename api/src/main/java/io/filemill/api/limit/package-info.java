/** Limits and pauses of the cluster, its users, processors and sinks. */
@NullMarked
package io.filemill.api.limit;

import org.jspecify.annotations.NullMarked;
