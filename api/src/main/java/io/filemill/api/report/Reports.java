package io.filemill.api.report;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.ReportRepository;
import io.filemill.db.task.ReportRow;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes reports page by page, so that memory does not grow with a task and a slow client keeps no transaction open. Every file of the
 * task is in it once, as it was when its page was read. Safe for use by several threads.
 */
@Component
final class Reports {
    static final int PAGE = 2000;

    private final UploadTaskRepository tasks;
    private final ReportRepository files;

    Reports(UploadTaskRepository tasks, ReportRepository files) {
        this.tasks = tasks;
        this.files = files;
    }

    /**
     * Writes one report to its end. The output stays open, and is not flushed after a failure.
     *
     * @param only files in this state, or null for all
     * @throws ProblemException if the task was deleted meanwhile, so that files may be missing
     */
    void write(UploadTask task, ReportFormat format, @Nullable TaskStatus only, OutputStream out) throws IOException {
        ReportRows rows = format.begin(out);
        long last = 0;
        List<ReportRow> page;
        do {
            page = files.page(task.id(), only, last, PAGE);
            for (ReportRow row : page) {
                rows.write(row);
                last = row.id();
            }
            if (page.size() == PAGE) {
                rows.flush();
            }
        } while (page.size() == PAGE);
        if (tasks.find(task.userId(), task.id()).isEmpty()) {
            throw ProblemException.taskNotFound(task.id().toString());
        }
        rows.flush();
    }
}
