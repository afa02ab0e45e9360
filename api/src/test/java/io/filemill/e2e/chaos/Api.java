package io.filemill.e2e.chaos;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * An API that may be away at any moment.
 *
 * @param address scheme, host and port
 */
record Api(String address) {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private static final JsonMapper JSON = new JsonMapper();
    private static final int REFUSED = -1;
    private static final int NONE = 0;

    /**
     * What came back.
     *
     * @param isReplayed whether it repeats the answer to an earlier request
     * @param status -1 if nobody listens, 0 if the connection broke before the answer was whole
     */
    record Answer(int status, JsonNode body, boolean isReplayed) {
        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** Whether the request certainly took no effect. */
        boolean isRefused() {
            return status == REFUSED;
        }

        /** Whether it says how the request ended; otherwise nobody can tell, and it should be sent again. */
        boolean isFinal() {
            return status > NONE
                    && status != 503
                    && !body.path("type").asString("").endsWith("in-flight");
        }

        @Override
        public String toString() {
            return status + " " + body;
        }
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(30));
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            String body = response.body();
            return new Answer(
                    response.statusCode(),
                    body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body),
                    response.headers().firstValue("Idempotency-Replayed").isPresent());
        } catch (ConnectException e) {
            return new Answer(REFUSED, MissingNode.getInstance(), false);
        } catch (IOException e) {
            return new Answer(NONE, MissingNode.getInstance(), false);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
