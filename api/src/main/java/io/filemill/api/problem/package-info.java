/** Every error of the API as an RFC 9457 problem. */
@NullMarked
package io.filemill.api.problem;

import org.jspecify.annotations.NullMarked;
