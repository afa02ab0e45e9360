/** The routes and JSON of OpenRAG, so that its clients need no change. */
@NullMarked
package io.filemill.api.openrag;

import org.jspecify.annotations.NullMarked;
