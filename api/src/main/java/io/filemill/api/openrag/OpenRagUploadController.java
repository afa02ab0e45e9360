package io.filemill.api.openrag;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.openapi.Fails;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.upload.AcceptedUpload;
import io.filemill.api.upload.ReceivedFiles;
import io.filemill.api.upload.TaskOptions;
import io.filemill.api.upload.Uploads;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** OpenRAG's routes that submit files. */
@RestController
final class OpenRagUploadController {
    private static final int BATCH_SIZE_OF_THE_FRONTEND = 25;

    private final Uploads uploads;
    private final JsonMapper json;

    OpenRagUploadController(Uploads uploads, JsonMapper json) {
        this.uploads = uploads;
        this.json = json;
    }

    /** Says what OpenRAG's frontend may offer. */
    @GetMapping("/upload_options")
    UploadOptions options() {
        return new UploadOptions(false, BATCH_SIZE_OF_THE_FRONTEND);
    }

    /** Submits a folder of this server, inside of the ingest roots only. */
    @PostMapping("/upload_path")
    @Responds(status = 201, body = AcceptedPath.class)
    @Responds(status = 400, body = OpenRagError.class)
    @Fails({ProblemType.TOO_LARGE, ProblemType.QUEUE_FULL})
    ResponseEntity<Object> uploadPath(@RequestBody UploadPath body) {
        if (body.path() == null || body.path().isEmpty()) {
            return error("Invalid path", null);
        }
        try {
            AcceptedUpload accepted =
                    uploads.acceptFolder(body.path(), uploads.options(TaskOptions.Request.withSettings(null, null)));
            return ResponseEntity.status(HttpStatus.CREATED)
                    .body(new AcceptedPath(accepted.taskId(), accepted.totalFiles(), accepted.status()));
        } catch (ProblemException e) {
            return e.type() == ProblemType.NO_FILES
                    ? error("No files found in directory", null)
                    : error("Invalid path", e.detail());
        }
    }

    /** Refuses a bucket: Filemill has no credentials for one. */
    @PostMapping("/upload_bucket")
    @Responds(status = 400, body = OpenRagError.class)
    ResponseEntity<Object> uploadBucket() {
        return error("AWS credentials not configured", null);
    }

    /** Submits files; what only OpenRAG's flows understand is kept in the settings of the task. */
    @PostMapping(path = "/router/upload_ingest", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Responds(status = 202, body = AcceptedFiles.class)
    @Responds(status = 400, body = OpenRagError.class)
    @Fails({ProblemType.TOO_LARGE, ProblemType.QUEUE_FULL, ProblemType.DISK_FULL})
    ResponseEntity<Object> uploadIngest(HttpServletRequest request) throws IOException {
        try {
            return ResponseEntity.accepted().body(ingest(request));
        } catch (BadFormException e) {
            return error(e.error, null);
        }
    }

    /** As {@code /router/upload_ingest}, for clients of OpenRAG's public API. */
    @PostMapping(path = "/v1/documents/ingest", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Fails({ProblemType.NO_FILES, ProblemType.TOO_LARGE, ProblemType.QUEUE_FULL, ProblemType.DISK_FULL})
    AcceptedFiles ingestV1(HttpServletRequest request) throws IOException {
        try {
            return ingest(request);
        } catch (BadFormException e) {
            throw new ProblemException(e.type, e.error + ".", Map.of("error", e.error));
        }
    }

    private AcceptedFiles ingest(HttpServletRequest request) throws IOException, BadFormException {
        try (ReceivedFiles received = uploads.receive(request)) {
            if (received.count() == 0) {
                throw new BadFormException(ProblemType.NO_FILES, "Missing files");
            }
            ObjectNode settings = json.createObjectNode();
            received.field("session_id").ifPresent(id -> settings.put("session_id", id));
            for (String name : List.of("settings", "tweaks")) {
                String text = received.field(name).orElse("");
                if (!text.isEmpty()) {
                    JsonNode value = parse(text);
                    if (value == null) {
                        throw new BadFormException(ProblemType.INVALID_REQUEST, "Invalid " + name + " JSON");
                    }
                    settings.set(name, value);
                }
            }
            boolean replace =
                    received.field("replace_duplicates").orElse("true").equalsIgnoreCase("true");
            AcceptedUpload accepted = uploads.accept(
                    received, uploads.options(TaskOptions.Request.withSettings(settings, replace)), null);
            return new AcceptedFiles(
                    accepted.taskId(),
                    "Langflow upload task created for " + received.count() + " file(s)",
                    received.count());
        }
    }

    private @Nullable JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static ResponseEntity<Object> error(String error, @Nullable String detail) {
        return ResponseEntity.badRequest().body(new OpenRagError(error, detail));
    }

    /** A form that says too little or nothing sensible. */
    private static final class BadFormException extends Exception {
        private final ProblemType type;
        private final String error;

        BadFormException(ProblemType type, String error) {
            super(error);
            this.type = type;
            this.error = error;
        }
    }

    record UploadPath(@Nullable String path) {}

    record UploadOptions(boolean aws, int uploadBatchSize) {}

    record AcceptedPath(UUID taskId, int totalFiles, String status) {}

    record AcceptedFiles(UUID taskId, String message, int fileCount) {}

    /**
     * What is wrong.
     *
     * @param detail what OpenRAG does not say; absent where there is no more to say
     */
    record OpenRagError(
            String error,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String detail) {}
}
