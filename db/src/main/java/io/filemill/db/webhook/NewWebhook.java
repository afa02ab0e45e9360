package io.filemill.db.webhook;

import java.util.List;
import java.util.UUID;

/**
 * A webhook that is to be created.
 *
 * @param host the host of the address, in lower case
 * @param secret as it is to be stored
 */
public record NewWebhook(
        UUID id,
        String userId,
        String url,
        String host,
        List<String> events,
        String description,
        String secret,
        boolean enabled) {}
