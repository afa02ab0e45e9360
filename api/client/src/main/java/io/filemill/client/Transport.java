package io.filemill.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to one server, again where that helps, and reads what it answers. Safe for use by several threads. */
final class Transport {
    private static final int NOT_CARRIED_OUT_BUSY = 429;
    private static final int NOT_CARRIED_OUT_AWAY = 503;
    private static final String KEY_IN_FLIGHT = "idempotency-key-in-flight";

    private final HttpClient http;
    private final Settings settings;
    private final Pauses pauses;
    private final JsonMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // of a newer server
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES) // of an older one, which leaves members out
            .build();

    /**
     * @param server without a slash at its end
     * @param apiKey null for none
     * @param answerLimit how long to wait for the first byte of an answer
     * @param retryFor how long to send a request again
     */
    record Settings(URI server, @Nullable String apiKey, Duration answerLimit, Duration retryFor) {}

    /** How the time between two requests passes. */
    interface Pauses {
        void pause(Duration time) throws InterruptedException;
    }

    /** Reads a good answer. */
    interface Reader<T> {
        T read(HttpResponse<InputStream> response) throws IOException;
    }

    Transport(HttpClient http, Settings settings, Pauses pauses) {
        this.http = http;
        this.settings = settings;
        this.pauses = pauses;
    }

    JsonMapper json() {
        return json;
    }

    /** Something as a body. */
    Supplier<InputStream> json(Object value) {
        byte[] bytes = json.writeValueAsBytes(value);
        return () -> new ByteArrayInputStream(bytes);
    }

    /** Carries out a call whose answer is JSON. */
    <T> T call(Call call, Class<T> type) {
        return call(call, response -> read(call, response, type));
    }

    /** Carries out a call whose answer does not matter. */
    void call(Call call) {
        call(call, Transport::drain);
    }

    /**
     * Carries out a call, as often as it takes and may be.
     *
     * @throws ProblemException if the server refuses
     * @throws UnreachableException if no answer comes
     * @throws UncheckedIOException if what is to be sent cannot be read
     */
    <T> T call(Call call, Reader<T> reader) {
        long began = System.nanoTime();
        for (int failures = 0; ; failures++) {
            Duration pause;
            var sent = new AtomicReference<InputStream>();
            try {
                HttpResponse<InputStream> response = http.send(request(call, sent), BodyHandlers.ofInputStream());
                if (response.statusCode() / 100 == 2) {
                    return reader.read(response);
                }
                ProblemException problem = problem(response);
                pause = Backoff.pause(failures, problem.retryAfter());
                if (!helps(call, problem) || isTooLong(began, pause)) {
                    throw problem;
                }
            } catch (IOException e) {
                requireReadable(sent.get());
                pause = Backoff.pause(failures, Optional.empty());
                if (!(call.repeatable() || isUnsent(e)) || isTooLong(began, pause)) {
                    throw new UnreachableException(
                            "No answer from " + settings.server() + call.path() + ": " + e.getMessage(), e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            pause(pause);
        }
    }

    /** Lets time pass. */
    void pause(Duration time) {
        try {
            pauses.pause(time);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static FilemillException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new FilemillException("The thread was interrupted while it waited for an answer.", e);
    }

    private boolean isTooLong(long began, Duration pause) {
        return System.nanoTime() - began + pause.toNanos() > settings.retryFor().toNanos();
    }

    /** Whether the same request may have another answer later, and may be carried out twice. */
    private static boolean helps(Call call, ProblemException problem) {
        return switch (problem.status()) {
            case NOT_CARRIED_OUT_BUSY, NOT_CARRIED_OUT_AWAY -> true;
            case 408, 502, 504 -> call.repeatable();
            case 409 -> problem.type().equals(KEY_IN_FLIGHT);
            default -> false;
        };
    }

    private static boolean isUnsent(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    /** The exception that ended the call need not tell, since the server may have closed the connection meanwhile. */
    private static void requireReadable(@Nullable InputStream sent) {
        if (sent instanceof ChunkedStream stream) {
            stream.failure().ifPresent(failure -> {
                throw new UncheckedIOException(failure);
            });
        }
    }

    /**
     * @param sent gets the body once it is opened
     */
    private HttpRequest request(Call call, AtomicReference<InputStream> sent) {
        Supplier<InputStream> body = call.body();
        BodyPublisher publisher = body == null
                ? BodyPublishers.noBody()
                : BodyPublishers.ofInputStream(() -> {
                    sent.set(body.get());
                    return sent.get();
                });
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.server() + call.path()))
                .method(call.method(), publisher)
                .header("Accept", "application/json, application/problem+json, */*;q=0.1");
        call.headers().forEach(request::setHeader);
        if (!call.isStreamed()) {
            request.timeout(settings.answerLimit());
        }
        if (settings.apiKey() != null) {
            request.setHeader("Authorization", "Bearer " + settings.apiKey());
        }
        return request.build();
    }

    private ProblemException problem(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return ProblemException.of(
                    response.statusCode(),
                    new String(body.readAllBytes(), StandardCharsets.UTF_8),
                    response.headers().firstValue("Retry-After"),
                    response.headers().firstValue("Date").orElse(""),
                    json);
        }
    }

    private <T> T read(Call call, HttpResponse<InputStream> response, Class<T> type) throws IOException {
        byte[] bytes;
        try (InputStream body = response.body()) {
            bytes = body.readAllBytes();
        }
        try {
            return json.readValue(bytes, type);
        } catch (JacksonException e) {
            throw new FilemillException("The answer of " + settings.server() + call.path() + " cannot be read.", e);
        }
    }

    private static boolean drain(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return body.readAllBytes().length > 0;
        }
    }
}
