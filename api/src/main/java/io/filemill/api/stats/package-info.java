/** Figures of the whole cluster, for autoscalers and monitoring. */
@NullMarked
package io.filemill.api.stats;

import org.jspecify.annotations.NullMarked;
