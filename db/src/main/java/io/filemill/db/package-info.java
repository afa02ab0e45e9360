/** The database: where it runs, its schema, and the connections to it. */
@NullMarked
package io.filemill.db;

import org.jspecify.annotations.NullMarked;
