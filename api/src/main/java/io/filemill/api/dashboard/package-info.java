/** JobRunr's own pages, to look at but not to touch. */
@NullMarked
package io.filemill.api.dashboard;

import org.jspecify.annotations.NullMarked;
