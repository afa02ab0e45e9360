package io.filemill.api.upload;

import io.filemill.api.openapi.Fails;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Accepts new tasks. */
@RestController
final class UploadController {
    private final Uploads uploads;
    private final Manifests manifests;
    private final JsonMapper json;

    UploadController(Uploads uploads, Manifests manifests, JsonMapper json) {
        this.uploads = uploads;
        this.manifests = manifests;
        this.json = json;
    }

    /**
     * Submits a task: uploaded files as {@code multipart/form-data}, paths or items as JSON, or a manifest of up to ten million lines as
     * NDJSON or CSV. It is accepted as a whole or not at all, and the answer comes when it is durable.
     *
     * @param idempotencyKey names the submission, so that it can be sent again after a lost answer and makes one task; kept for a day
     */
    @PostMapping(path = "/v1/tasks", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Responds(status = 201, body = AcceptedUpload.class, description = "The task is accepted and durable.")
    @Fails({
        ProblemType.NO_FILES,
        ProblemType.UNKNOWN_PROCESSOR,
        ProblemType.IDEMPOTENCY_KEY_IN_FLIGHT,
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        ProblemType.TOO_LARGE,
        ProblemType.QUEUE_FULL,
        ProblemType.DISK_FULL
    })
    ResponseEntity<AcceptedUpload> upload(
            HttpServletRequest request,
            @RequestHeader(name = IdempotencyKeyHeader.NAME, required = false) @Nullable String idempotencyKey)
            throws IOException {
        try (ReceivedFiles received = uploads.receive(request)) {
            TaskOptions options = uploads.options(new TextOptions("field", received::field, json).request());
            return created(uploads.accept(received, options, idempotencyKey));
        }
    }

    /** Takes paths or items. */
    @PostMapping(path = "/v1/tasks", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Responds(status = 201, body = AcceptedUpload.class)
    @Fails({
        ProblemType.NO_FILES,
        ProblemType.UNKNOWN_PROCESSOR,
        ProblemType.PATH_NOT_ALLOWED,
        ProblemType.IDEMPOTENCY_KEY_IN_FLIGHT,
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        ProblemType.TOO_LARGE,
        ProblemType.QUEUE_FULL,
        ProblemType.DISK_FULL
    })
    ResponseEntity<AcceptedUpload> submit(
            @RequestBody NewTask task,
            @RequestHeader(name = IdempotencyKeyHeader.NAME, required = false) @Nullable String idempotencyKey) {
        TaskOptions options = uploads.options(task.options());
        List<String> paths = task.allPaths();
        if (task.items() != null && !paths.isEmpty()) {
            throw ProblemException.invalid("A task has either paths or items. Send two tasks.");
        }
        if (task.items() == null && paths.isEmpty()) {
            throw new ProblemException(ProblemType.NO_FILES, "The request has none of path, paths and items.");
        }
        return created(
                task.items() == null
                        ? uploads.acceptPaths(paths, options, idempotencyKey)
                        : uploads.acceptItems(NewTask.withoutNulls("items", task.items()), options, idempotencyKey));
    }

    /** Takes a manifest. */
    @PostMapping(
            path = "/v1/tasks",
            consumes = {ManifestFormat.NDJSON_TYPE, ManifestFormat.CSV_TYPE})
    @Responds(status = 201, body = AcceptedUpload.class)
    @Fails({
        ProblemType.NO_FILES,
        ProblemType.UNKNOWN_PROCESSOR,
        ProblemType.PATH_NOT_ALLOWED,
        ProblemType.IDEMPOTENCY_KEY_IN_FLIGHT,
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        ProblemType.TOO_LARGE,
        ProblemType.QUEUE_FULL,
        ProblemType.DISK_FULL
    })
    ResponseEntity<AcceptedUpload> submitManifest(
            HttpServletRequest request,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType contentType,
            @RequestHeader(name = IdempotencyKeyHeader.NAME, required = false) @Nullable String idempotencyKey)
            throws IOException {
        var query = new TextOptions("parameter", name -> Optional.ofNullable(request.getParameter(name)), json);
        TaskOptions options = uploads.options(query.request());
        var format = ManifestFormat.of(contentType);
        return created(manifests.accept(request.getInputStream(), format, options, idempotencyKey));
    }

    private static ResponseEntity<AcceptedUpload> created(AcceptedUpload accepted) {
        ResponseEntity.BodyBuilder response = ResponseEntity.created(URI.create("/v1/tasks/" + accepted.taskId()));
        if (accepted.replayed()) {
            response.header(IdempotencyKeyHeader.REPLAYED, "true");
        }
        return response.body(accepted);
    }

    /**
     * The JSON that asks for a task: with {@code path} or {@code paths}, or with {@code items}.
     *
     * @param path a file, a folder or a glob inside of the ingest roots
     * @param paths several of them
     * @param items what the processor understands, for example keys of a bucket
     * @param processor what shall be done with each file; {@code document} if it is left out
     * @param settings for the processor
     * @param priority 0 to 9; 9 runs first
     * @param replaceDuplicates whether content that is stored already is stored again
     * @param skipPreviouslyFailed whether content that failed for good before is skipped
     * @param timeoutSeconds how long one file may run
     * @param stallTimeoutSeconds how long one file may make no progress
     * @param maxAttempts how often a file is tried
     * @param notBefore when the first file may start, with an offset from UTC, like {@code 2030-01-31T08:00:00Z}
     */
    record NewTask(
            @Nullable String path,
            @Nullable List<@Nullable String> paths,
            @Nullable List<@Nullable String> items,
            @Nullable String processor,
            @Nullable JsonNode settings,
            @Nullable Integer priority,
            @Nullable Boolean replaceDuplicates,
            @Nullable Boolean skipPreviouslyFailed,
            @Nullable Integer timeoutSeconds,
            @Nullable Integer stallTimeoutSeconds,
            @Nullable Integer maxAttempts,
            @Nullable String notBefore) {

        TaskOptions.Request options() {
            return new TaskOptions.Request(
                    processor,
                    settings,
                    priority,
                    replaceDuplicates,
                    skipPreviouslyFailed,
                    timeoutSeconds,
                    stallTimeoutSeconds,
                    maxAttempts,
                    notBefore);
        }

        List<String> allPaths() {
            List<String> all = new ArrayList<>();
            if (path != null) {
                all.add(path);
            }
            if (paths != null) {
                all.addAll(withoutNulls("paths", paths));
            }
            return all;
        }

        static List<String> withoutNulls(String member, List<@Nullable String> strings) {
            if (strings.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid("The list " + member + " has a null in it. It may have strings only.");
            }
            return strings.stream().filter(Objects::nonNull).toList();
        }
    }
}
