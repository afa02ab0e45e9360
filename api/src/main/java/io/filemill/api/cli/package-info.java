/** The command line: what people type, what they see, and the client that talks to a server. */
@NullMarked
package io.filemill.api.cli;

import org.jspecify.annotations.NullMarked;
