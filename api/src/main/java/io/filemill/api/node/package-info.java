/** The nodes of the cluster, and the one inside this process. */
@NullMarked
package io.filemill.api.node;

import org.jspecify.annotations.NullMarked;
