/** Webhooks: what users set up, and the signed requests that tell them of their tasks. */
@NullMarked
package io.filemill.api.webhook;

import org.jspecify.annotations.NullMarked;
