package io.filemill.api.upload;

import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.security.UserTokens;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.queue.IdempotencyKey;
import io.filemill.db.queue.Submission;
import io.filemill.db.queue.Submission.Accepted;
import io.filemill.db.task.NewUploadTask;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Records tasks, who submitted them, and the token that their processor needs, in one transaction. */
@Component
final class Queue implements Uploads.Acceptance {
    private final Submission submission;
    private final UserTokens tokens;
    private final Audit audit;

    Queue(Submission submission, UserTokens tokens, Audit audit) {
        this.submission = submission;
        this.tokens = tokens;
        this.audit = audit;
    }

    @Override
    public Optional<Accepted> submit(NewUploadTask task, FoundFiles files, @Nullable IdempotencyKey key) {
        return audit.of(
                Action.TASK_SUBMIT,
                () -> {
                    Optional<Accepted> accepted = submission.submit(task, files, key);
                    accepted.filter(made -> !made.replayed())
                            .ifPresent(made -> tokens.keep(made.id(), task.processor()));
                    return accepted;
                },
                accepted -> accepted.filter(made -> !made.replayed())
                        .map(made -> Subject.of(made.id())
                                .with("processor", task.processor())
                                .with("files", made.totalFiles())));
    }

    @Override
    public void requireRoom(String userId) {
        submission.requireRoom(userId);
    }

    @Override
    public void requireToken(String processor) {
        tokens.require(processor);
    }
}
