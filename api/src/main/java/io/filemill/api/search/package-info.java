/** Finding what was ingested. */
@NullMarked
package io.filemill.api.search;

import org.jspecify.annotations.NullMarked;
