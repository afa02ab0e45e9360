/** What a process tells of itself: metrics and traces. */
@NullMarked
package io.filemill.db.telemetry;

import org.jspecify.annotations.NullMarked;
