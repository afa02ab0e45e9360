/** API keys, and the tickets that stand for them in the address of an event stream. */
@NullMarked
package io.filemill.db.key;

import org.jspecify.annotations.NullMarked;
