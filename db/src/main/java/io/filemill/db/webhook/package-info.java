/** Webhooks, and the outbox of what they are told of tasks. */
@NullMarked
package io.filemill.db.webhook;

import org.jspecify.annotations.NullMarked;
