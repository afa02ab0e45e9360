/** Child processes for work on untrusted bytes: they can hang, crash and exhaust their memory without harm to the node. */
@NullMarked
package io.filemill.worker.isolation;

import org.jspecify.annotations.NullMarked;
