/** The web page and its assets, all from the jar. */
@NullMarked
package io.filemill.api.web;

import org.jspecify.annotations.NullMarked;
