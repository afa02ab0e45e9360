package io.filemill.api.task;

import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.Position;
import io.filemill.db.task.TaskFilter;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The tasks and files that the current user sees: the user's own, and where it is so configured those of the anonymous user, which the user may
 * then be allowed to cancel too. Any other task is as if it did not exist.
 */
@Component
public final class VisibleTasks {
    private static final Comparator<UploadTask> NEWEST_FIRST = Comparator.comparing(UploadTask::createdAt)
            .thenComparing(task -> task.id().toString()) // as the database compares them
            .reversed();

    private final UploadTaskRepository tasks;
    private final FileTaskRepository files;
    private final CurrentUser user;
    private final Audit audit;

    VisibleTasks(UploadTaskRepository tasks, FileTaskRepository files, CurrentUser user, Audit audit) {
        this.tasks = tasks;
        this.files = files;
        this.user = user;
        this.audit = audit;
    }

    /** The task, if the user sees it. */
    public Optional<UploadTask> find(UUID id) {
        return tasks.find(user.id(), id)
                .or(() -> user.seesAnonymous() ? tasks.find(CurrentUser.ANONYMOUS, id) : Optional.empty());
    }

    /**
     * The task that a client names.
     *
     * @throws ProblemException 404 if the user sees no such task
     */
    public UploadTask require(String id) {
        return find(TaskId.require(id)).orElseThrow(() -> ProblemException.taskNotFound(id));
    }

    /** The file, if the user sees its task. */
    public Optional<FileTask> findFile(long id) {
        return files.find(user.id(), id)
                .or(() -> user.seesAnonymous() ? files.find(CurrentUser.ANONYMOUS, id) : Optional.empty());
    }

    /** As {@link UploadTaskRepository#list} for all tasks that the user sees. */
    public List<UploadTask> list(int limit, @Nullable Position after) {
        return list(limit, owner -> tasks.list(owner, limit, after));
    }

    /** As {@link #list(int, Position)}, only those that the filter takes. */
    public List<UploadTask> list(TaskFilter filter, int limit, @Nullable Position after) {
        return list(limit, owner -> tasks.list(owner, filter, limit, after));
    }

    private List<UploadTask> list(int limit, Function<String, List<UploadTask>> ofOwner) {
        List<UploadTask> own = ofOwner.apply(user.id());
        if (!user.seesAnonymous()) {
            return own;
        }
        return Stream.concat(own.stream(), ofOwner.apply(CurrentUser.ANONYMOUS).stream())
                .sorted(NEWEST_FIRST)
                .limit(limit)
                .toList();
    }

    /** As {@link UploadTaskRepository#cancel} for a task that the user may cancel. */
    public Cancellation cancel(UUID id) {
        return forOwners(owner ->
                audit.of(Action.TASK_CANCEL, () -> tasks.cancel(owner, id), cancellation -> subject(cancellation, id)));
    }

    /** As {@link UploadTaskRepository#cancelFile(String, long)} for a file that the user may cancel. */
    public Cancellation cancelFile(long id) {
        return forOwners(owner -> audit.of(
                Action.FILE_CANCEL, () -> tasks.cancelFile(owner, id), cancellation -> subject(cancellation, id)));
    }

    /** As {@link UploadTaskRepository#cancelFile(String, UUID, String)} for a file that the user may cancel. */
    public Cancellation cancelFile(UUID task, String item) {
        return forOwners(owner -> audit.of(
                Action.FILE_CANCEL,
                () -> tasks.cancelFile(owner, task, item),
                cancellation -> subject(cancellation, task).map(subject -> subject.with("item", item))));
    }

    private Cancellation forOwners(Function<String, Cancellation> cancel) {
        Cancellation own = cancel.apply(user.id());
        return own instanceof Cancellation.NotFound && user.cancelsAnonymous()
                ? cancel.apply(CurrentUser.ANONYMOUS)
                : own;
    }

    private static Optional<Subject> subject(Cancellation cancellation, Object id) {
        return cancellation instanceof Cancellation.Cancelled cancelled
                ? Optional.of(Subject.of(id).with("files", cancelled.files()))
                : Optional.empty();
    }
}
