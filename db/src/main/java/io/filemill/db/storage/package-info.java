/** The bytes of uploaded files. */
@NullMarked
package io.filemill.db.storage;

import org.jspecify.annotations.NullMarked;
