package io.filemill.api.task;

import io.filemill.api.cache.EntityTag;
import io.filemill.api.live.TaskFeed.Subscription;
import io.filemill.api.live.TaskListener;
import io.filemill.db.task.UploadTask;
import java.time.Duration;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

/** An answer that waits until a task is another than it was, or until its time is over. */
final class LongPoll implements TaskListener {
    private final String version;
    private final TaskViews views;
    private final DeferredResult<ResponseEntity<TaskView>> result;
    private volatile UploadTask task;

    LongPoll(UploadTask task, TaskViews views, Duration wait) {
        this.task = task;
        this.version = task.version();
        this.views = views;
        this.result = new DeferredResult<>(wait.toMillis());
        result.onTimeout(this::answer);
    }

    /** What the web framework waits for. */
    DeferredResult<ResponseEntity<TaskView>> result() {
        return result;
    }

    /** Ends the subscription with the wait. */
    void waitFor(Subscription subscription) {
        result.onCompletion(subscription::close);
        if (result.isSetOrExpired()) {
            subscription.close();
        }
    }

    /** Answers at once; 304 if the client has it already. */
    void answer() {
        UploadTask now = task;
        boolean ignored = result.setResult(EntityTag.of(now.version()).answer(views.of(now)));
    }

    @Override
    public void changed(List<UploadTask> tasks, long cursor) {
        for (UploadTask changed : tasks) {
            task = changed;
            if (!changed.version().equals(version)) {
                answer();
            }
        }
    }

    @Override
    public void beat() {
        // nothing can be sent while it waits
    }

    @Override
    public void stopping() {
        answer();
    }
}
