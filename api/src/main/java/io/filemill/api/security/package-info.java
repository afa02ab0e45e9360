/** Who calls. */
@NullMarked
package io.filemill.api.security;

import org.jspecify.annotations.NullMarked;
