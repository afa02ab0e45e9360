/** The tokens of users, encrypted, for processors that act in their name. */
@NullMarked
package io.filemill.db.token;

import org.jspecify.annotations.NullMarked;
