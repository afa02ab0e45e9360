package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a user's program does over HTTP. */
public record Client(String address) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final JsonMapper JSON = new JsonMapper();

    public JsonNode get(String path) {
        return send(HttpRequest.newBuilder(URI.create(address + path)).GET());
    }

    JsonNode post(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Uploads files as a browser's form does; returns the task's id. */
    String upload(List<Path> files) throws IOException {
        var body = new ByteArrayOutputStream();
        for (Path file : files) {
            body.writeBytes(("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                            + file.getFileName() + "\"\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(Files.readAllBytes(file));
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--limit--\r\n".getBytes(StandardCharsets.UTF_8));
        return send(HttpRequest.newBuilder(URI.create(address + "/v1/tasks"))
                        .header("Content-Type", "multipart/form-data; boundary=limit")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())))
                .path("task_id")
                .asString();
    }

    /** Uploads one file of zeros for the noop processor, without holding it in memory. */
    JsonNode uploadZeros(String name, long bytes) {
        String head = "--limit\r\nContent-Disposition: form-data; name=\"processor\"\r\n\r\nnoop\r\n"
                + "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n";
        return send(HttpRequest.newBuilder(URI.create(address + "/v1/tasks"))
                .header("Content-Type", "multipart/form-data; boundary=limit")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() ->
                        new SequenceInputStream(Collections.enumeration(List.of(
                                new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8)),
                                new Zeros(bytes),
                                new ByteArrayInputStream("\r\n--limit--\r\n".getBytes(StandardCharsets.UTF_8))))))));
    }

    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int read = (int) Math.min(left, length);
            Arrays.fill(buffer, offset, offset + read, (byte) 0);
            left -= read;
            return read;
        }
    }

    public JsonNode task(String id) {
        return get("/v1/tasks/" + id);
    }

    /** Waits for a task's end; at every look its counters must add up. */
    JsonNode awaitEnd(String id, Duration limit) {
        return await().atMost(limit)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> {
                            JsonNode task = task(id);
                            int processed = task.path("processed_files").asInt();
                            assertThat(processed)
                                    .as("%s", task)
                                    .isEqualTo(task.path("successful_files").asInt()
                                            + task.path("failed_files").asInt()
                                            + task.path("skipped_files").asInt())
                                    .isLessThanOrEqualTo(
                                            task.path("total_files").asInt());
                            return task;
                        },
                        task -> !task.path("finished_at").isNull());
    }

    private static JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    HTTP.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
