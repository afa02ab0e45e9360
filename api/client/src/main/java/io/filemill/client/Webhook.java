package io.filemill.client;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address that is told when tasks end.
 *
 * @param events {@code task.created}, {@code task.completed}, {@code task.cancelled}
 * @param disabledReason {@code gone} or {@code failing}; null if its user disabled it or it is enabled
 * @param failingSince the first failed attempt after the last success
 * @param secret what requests are signed with; only in the answer that made it
 */
public record Webhook(
        UUID id,
        String url,
        List<String> events,
        String description,
        boolean enabled,
        @Nullable String disabledReason,
        @Nullable Instant failingSince,
        Instant createdAt,
        Instant updatedAt,
        @Nullable String secret) {}
