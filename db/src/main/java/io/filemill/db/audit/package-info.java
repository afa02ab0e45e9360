/** The log of who changed what. */
@NullMarked
package io.filemill.db.audit;

import org.jspecify.annotations.NullMarked;
