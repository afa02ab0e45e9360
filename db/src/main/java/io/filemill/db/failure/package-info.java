/** What is said about a failure, in OpenRAG's words. */
@NullMarked
package io.filemill.db.failure;

import org.jspecify.annotations.NullMarked;
