/** A worker node: the background server with its slots, and the type that starts one. */
@NullMarked
package io.filemill.worker;

import org.jspecify.annotations.NullMarked;
