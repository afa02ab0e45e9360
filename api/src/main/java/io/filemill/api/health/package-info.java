/** What the probes of the server ask besides its own life: the schema, and whether it has started. */
@NullMarked
package io.filemill.api.health;

import org.jspecify.annotations.NullMarked;
