/** Placeholder. */
@NullMarked
package io.filemill.parser;

import org.jspecify.annotations.NullMarked;
