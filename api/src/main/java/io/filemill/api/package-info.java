/** The HTTP side of Filemill, and its command line. */
@NullMarked
package io.filemill.api;

import org.jspecify.annotations.NullMarked;
