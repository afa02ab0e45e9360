/** The searchable text of files that were processed as documents. */
@NullMarked
package io.filemill.db.document;

import org.jspecify.annotations.NullMarked;
