/** What a client may keep of an answer, and how it asks whether that still holds. */
@NullMarked
package io.filemill.api.cache;

import org.jspecify.annotations.NullMarked;
