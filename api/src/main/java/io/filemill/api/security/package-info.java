/** Who asks, and what they may do: every rule on that is in this package. */
@NullMarked
package io.filemill.api.security;

import org.jspecify.annotations.NullMarked;
