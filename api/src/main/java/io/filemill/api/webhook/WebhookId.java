package io.filemill.api.webhook;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.task.TaskId;
import java.util.UUID;

/** Ids of webhooks as clients write them. */
final class WebhookId {
    private WebhookId() {}

    /** @throws ProblemException if the text can be no id */
    static UUID parse(String text) {
        return TaskId.parse(text).orElseThrow(() -> notFound(text));
    }

    /** A webhook that does not exist or is another user's, which is the same to a client. */
    static ProblemException notFound(String id) {
        return new ProblemException(
                ProblemType.NOT_FOUND, "There is no webhook " + id + ". GET /v1/webhooks lists those that exist.");
    }
}
