/** Placeholder. */
@NullMarked
package io.filemill.db;

import org.jspecify.annotations.NullMarked;
