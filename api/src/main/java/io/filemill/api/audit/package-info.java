/** Writes down who changes what, and shows it to administrators. */
@NullMarked
package io.filemill.api.audit;

import org.jspecify.annotations.NullMarked;
