package io.filemill.api.report;

import io.filemill.api.cache.EntityTag;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.task.VisibleTasks;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/**
 * Gives the reports of the caller's tasks. A report that cannot be finished ends with a broken connection, never as if it were whole; a
 * whole one has its checksum in a trailer.
 */
@RestController
final class ReportController {
    private final Reports reports;
    private final VisibleTasks visible;

    ReportController(Reports reports, VisibleTasks visible) {
        this.reports = reports;
        this.visible = visible;
    }

    /**
     * Writes what became of every file of a task, also in mid-run, as a table that is a manifest too. Its checksum follows as a trailer. The
     * report of a task that has ended stays the same until its files are retried, and so has a tag.
     *
     * @param format {@code csv} or {@code jsonl}; without it, what {@code Accept} prefers, else CSV
     * @param only only files in this state, for example {@code failed}; without it, all
     */
    @Responds(status = 200, body = String.class, description = "A row for each file.")
    @GetMapping(
            path = "/v1/tasks/{id}/report",
            produces = {ReportFormat.CSV_TYPE, ReportFormat.JSONL_TYPE})
    void report(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String only,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept,
            WebRequest conditions,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        ReportFormat wanted = ReportFormat.of(format, accept);
        TaskStatus status = status(only);
        UploadTask task = visible.require(id);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        if (task.status().isFinal()
                && EntityTag.of(task.version(), wanted.word(), String.valueOf(only))
                        .isCurrent(conditions)) {
            return;
        }
        response.setContentType(wanted.contentType());
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name(task, wanted, status) + "\"");
        if (HttpMethod.HEAD.matches(request.getMethod())) {
            return;
        }
        var checksum = new Checksum(response.getOutputStream());
        if (!"HTTP/1.0".equals(request.getProtocol())) {
            response.setHeader(HttpHeaders.TRAILER, Checksum.FIELD);
            response.setTrailerFields(checksum::field);
        }
        reports.write(task, wanted, status, checksum);
        checksum.end();
    }

    /**
     * Shows the checksum that the report would have now, as {@code sha256sum} writes it.
     *
     * @param format {@code csv} or {@code jsonl}; without it, CSV
     * @param only only files in this state, for example {@code failed}; without it, all
     */
    @GetMapping(path = "/v1/tasks/{id}/report.sha256", produces = MediaType.TEXT_PLAIN_VALUE)
    String checksum(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String only)
            throws IOException {
        ReportFormat wanted = ReportFormat.of(format, MediaType.ALL_VALUE);
        TaskStatus status = status(only);
        UploadTask task = visible.require(id);
        var checksum = new Checksum(OutputStream.nullOutputStream());
        reports.write(task, wanted, status, checksum);
        checksum.end();
        return checksum.hex() + "  " + name(task, wanted, status) + "\n";
    }

    private static @Nullable TaskStatus status(@Nullable String only) {
        return only == null
                ? null
                : TaskStatus.fromWord(only)
                        .orElseThrow(() -> ProblemException.invalid("The parameter only must be one of "
                                + Arrays.stream(TaskStatus.values())
                                        .map(TaskStatus::word)
                                        .collect(Collectors.joining(", "))
                                + ", but is " + only + "."));
    }

    private static String name(UploadTask task, ReportFormat format, @Nullable TaskStatus only) {
        return task.id() + (only == null ? "" : "-" + only.word()) + "." + format.word();
    }
}
