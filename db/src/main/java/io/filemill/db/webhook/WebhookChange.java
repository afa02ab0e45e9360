package io.filemill.db.webhook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to become different of a webhook; null leaves a part as it is.
 *
 * @param url comes with its host
 * @param host the host of the address, in lower case
 */
public record WebhookChange(
        @Nullable String url,
        @Nullable String host,
        @Nullable List<String> events,
        @Nullable String description,
        @Nullable Boolean enabled) {}
