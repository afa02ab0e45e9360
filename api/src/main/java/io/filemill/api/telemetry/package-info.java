/** What the server tells those who watch it: metrics, traces, and who asked what in its log. */
@NullMarked
package io.filemill.api.telemetry;

import org.jspecify.annotations.NullMarked;
