package io.filemill.api.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

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
     * Tells a server which files it shall read.
     *
     * @param paths where they are for the server
     * @throws CommandFailure if it does not accept them
     */
    Task.Accepted byPath(Request request, Stream<String> paths) throws IOException {
        return byList(request, "paths", paths);
    }

    /**
     * Tells a server which items the processor shall work on.
     *
     * @throws CommandFailure if it does not accept them
     */
    Task.Accepted byItem(Request request, Stream<String> items) throws IOException {
        return byList(request, "items", items);
    }

    private Task.Accepted byList(Request request, String member, Stream<String> values) throws IOException {
        return client.post(
                "/v1/tasks",
                request.headers("application/json"),
                out -> write(out, request, member, values),
                Task.Accepted.class);
    }

    private void write(OutputStream out, Request request, String member, Stream<String> values) {
        try (JsonGenerator json = client.json().createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart(member);
            values.forEach(json::writeString);
            json.writeEndArray();
            request.options().forEachEntry((name, value) -> {
                json.writeName(name);
                json.writeTree(value);
            });
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
            Task.Accepted accepted =
                    client.post("/v1/tasks", request.headers(body.contentType()), body, Task.Accepted.class);
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
        var query = new Query("/v1/tasks");
        request.fields().forEach(query::with);
        return client.post(
                query.toString(),
                request.headers(manifest.contentType()),
                out -> Files.copy(manifest.path(), out),
                Task.Accepted.class);
    }

    /**
     * What to do with the files.
     *
     * @param options what the task shall be like, by the names of the API
     * @param idempotencyKey names the submission, so that it makes one task however often it is sent; null for none
     */
    record Request(ObjectNode options, @Nullable String idempotencyKey) {
        /** The options as text. */
        Map<String, String> fields() {
            var fields = new LinkedHashMap<String, String>();
            options.forEachEntry(
                    (name, value) -> fields.put(name, value.isString() ? value.stringValue() : value.toString()));
            return fields;
        }

        Map<String, String> headers(String contentType) {
            return idempotencyKey == null
                    ? Map.of("Content-Type", contentType)
                    : Map.of("Content-Type", contentType, "Idempotency-Key", idempotencyKey);
        }
    }
}
