/** A typed client of Filemill's HTTP API; {@link io.filemill.client.FilemillClient} is where to begin. */
@NullMarked
package io.filemill.client;

import org.jspecify.annotations.NullMarked;
