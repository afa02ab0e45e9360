package io.filemill.api.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hands files to a server as one task. For one submission. */
final class Submission {
    private static final long BYTES_WORTH_A_BAR = 50_000_000;

    private final Session session;
    private final FilemillClient client;
    private List<String> unsent = List.of();

    Submission(Session session, FilemillClient client) {
        this.session = session;
        this.client = client;
    }

    /** The files that could not be sent, each with the reason. */
    List<String> unsent() {
        return unsent;
    }

    /**
     * Tells a server of this machine where the files are.
     *
     * @throws CommandFailure if it does not accept them
     */
    Task.Accepted byPath(Request request, FileSelection selection) throws IOException {
        return client.post("/v1/tasks", "application/json", out -> write(out, request, selection), Task.Accepted.class);
    }

    private void write(OutputStream out, Request request, FileSelection selection) {
        try (JsonGenerator json = client.json().createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("paths");
            for (SelectedFile file : selection.files()) {
                json.writeString(file.path().toString());
            }
            json.writeEndArray();
            if (request.processor() != null) {
                json.writeStringProperty("processor", request.processor());
            }
            if (request.settings() != null) {
                json.writeName("settings");
                json.writeTree(request.settings());
            }
            json.writeEndObject();
        }
    }

    /**
     * Sends the files themselves, read from disk as they go.
     *
     * @throws CommandFailure if the server does not accept them
     */
    Task.Accepted byUpload(Request request, FileSelection selection) {
        long total = selection.bytes();
        try (Progress progress = total < BYTES_WORTH_A_BAR
                ? Progress.NONE
                : Progress.start(session, "Sending", Progress.Unit.MEGABYTES, 0, total, Duration.ZERO)) {
            var body = new MultipartBody(
                    "filemill-" + UUID.randomUUID(),
                    request.fields(),
                    selection.files(),
                    sent -> progress.show(Math.min(sent, total), total, ""));
            Task.Accepted accepted = client.post("/v1/tasks", body.contentType(), body, Task.Accepted.class);
            unsent = body.unsent();
            return accepted;
        } catch (IOException e) {
            throw new CommandFailure(
                    "The files could not be sent to " + client.server() + ": " + FilemillClient.describe(e), e);
        }
    }

    /**
     * Sends a list of files, which the server then looks for on its own disk.
     *
     * @throws CommandFailure if it does not accept them
     */
    Task.Accepted byManifest(Request request, ManifestFile manifest) throws IOException {
        String query = request.fields().entrySet().stream()
                .map(field -> field.getKey() + "=" + FilemillClient.encode(field.getValue()))
                .collect(Collectors.joining("&", "?", ""));
        return client.post(
                "/v1/tasks" + (query.equals("?") ? "" : query),
                manifest.contentType(),
                out -> Files.copy(manifest.path(), out),
                Task.Accepted.class);
    }

    /**
     * What to do with the files.
     *
     * @param processor the processor's name, or null for the server's default
     * @param settings a JSON object, or null for none
     */
    record Request(@Nullable String processor, @Nullable JsonNode settings) {
        /**
         * Reads what a person typed.
         *
         * @throws CommandFailure if the settings are not a JSON object
         */
        static Request of(@Nullable String processor, @Nullable String settings) {
            if (settings == null) {
                return new Request(processor, null);
            }
            try {
                JsonNode node = JsonMapper.shared().readTree(settings);
                if (node.isObject()) {
                    return new Request(processor, node);
                }
            } catch (JacksonException e) {
                throw new CommandFailure("--settings is not JSON: " + e.getOriginalMessage(), e);
            }
            throw new CommandFailure("--settings is not a JSON object like {\"name\": \"value\"}: " + settings);
        }

        Map<String, String> fields() {
            var fields = new LinkedHashMap<String, String>();
            if (processor != null) {
                fields.put("processor", processor);
            }
            if (settings != null) {
                fields.put("settings", settings.toString());
            }
            return fields;
        }
    }
}
