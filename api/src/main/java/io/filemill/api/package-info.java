/** Placeholder. */
@NullMarked
package io.filemill.api;

import org.jspecify.annotations.NullMarked;
