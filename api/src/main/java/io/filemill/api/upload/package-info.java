/** New tasks: uploaded files, files under paths of the server, and plain items. */
@NullMarked
package io.filemill.api.upload;

import org.jspecify.annotations.NullMarked;
