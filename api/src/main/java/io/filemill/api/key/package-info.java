/** API keys: makes, lists and revokes them. */
@NullMarked
package io.filemill.api.key;

import org.jspecify.annotations.NullMarked;
