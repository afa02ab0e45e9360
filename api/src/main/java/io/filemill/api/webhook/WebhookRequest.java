package io.filemill.api.webhook;

import io.filemill.api.problem.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that creates or changes a webhook.
 *
 * @param events the types of events that it is to be told of
 * @param secret of its own choice; null for a random one
 */
record WebhookRequest(
        @Nullable String url,
        @Nullable List<@Nullable String> events,
        @Nullable String description,
        @Nullable String secret,
        @Nullable Boolean enabled) {
    static final List<String> ENDS = List.of("task.completed", "task.cancelled");
    private static final List<String> ALL = List.of("task.created", "task.completed", "task.cancelled");
    private static final int MAX_DESCRIPTION = 500;

    @Nullable
    List<String> checkedEvents() {
        if (events == null) {
            return null;
        }
        List<String> known = ALL.stream().filter(events::contains).toList();
        if (known.isEmpty() || events.stream().anyMatch(event -> !known.contains(String.valueOf(event)))) {
            throw ProblemException.invalid("The events of a webhook must be some of " + String.join(", ", ALL) + ".");
        }
        return known;
    }

    @Nullable
    String checkedDescription() {
        if (description != null
                && (description.length() > MAX_DESCRIPTION
                        || !description.codePoints().allMatch(WebhookRequest::isText))) {
            throw ProblemException.invalid("The description of a webhook must have at most " + MAX_DESCRIPTION
                    + " characters, and no control characters.");
        }
        return description;
    }

    private static boolean isText(int character) {
        return !Character.isISOControl(character) && Character.getType(character) != Character.SURROGATE;
    }
}
