/** A processor that does nothing, for smoke tests, benchmarks and fault tests. */
@NullMarked
package io.filemill.worker.noop;

import org.jspecify.annotations.NullMarked;
