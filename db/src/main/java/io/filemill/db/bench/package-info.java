/** What a benchmark asks the database. */
@NullMarked
package io.filemill.db.bench;

import org.jspecify.annotations.NullMarked;
