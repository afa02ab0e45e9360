package io.filemill.api.problem;

import java.net.URI;
import org.springframework.http.HttpStatus;

/** The kinds of errors that a client can tell apart. Their URI references never change. */
public enum ProblemType {
    INVALID_REQUEST("invalid-request", HttpStatus.BAD_REQUEST, "The request is not valid"),
    NO_FILES("no-files", HttpStatus.BAD_REQUEST, "The request names no file"),
    UNKNOWN_PROCESSOR("unknown-processor", HttpStatus.BAD_REQUEST, "No such processor"),
    PATH_NOT_ALLOWED("path-not-allowed", HttpStatus.FORBIDDEN, "The path is not open for ingestion"),
    ADDRESS_NOT_ALLOWED("address-not-allowed", HttpStatus.FORBIDDEN, "The address may not be called"),
    NOT_FOUND("not-found", HttpStatus.NOT_FOUND, "Not found"),
    METHOD_NOT_ALLOWED("method-not-allowed", HttpStatus.METHOD_NOT_ALLOWED, "The method is not possible here"),
    NOT_ACCEPTABLE("not-acceptable", HttpStatus.NOT_ACCEPTABLE, "The answer exists only as JSON"),
    TOO_SLOW("too-slow", HttpStatus.REQUEST_TIMEOUT, "The request took too long to arrive"),
    ALREADY_FINISHED("already-finished", HttpStatus.CONFLICT, "The task or file has ended"),
    STILL_RUNNING("still-running", HttpStatus.CONFLICT, "The task has not ended"),
    TOO_MANY_WEBHOOKS("too-many-webhooks", HttpStatus.CONFLICT, "The user has as many webhooks as are allowed"),
    WEBHOOK_DISABLED("webhook-disabled", HttpStatus.CONFLICT, "The webhook is disabled"),
    IDEMPOTENCY_KEY_IN_FLIGHT(
            "idempotency-key-in-flight", HttpStatus.CONFLICT, "The first request with this key is not done"),
    IDEMPOTENCY_KEY_REUSED(
            "idempotency-key-reused", HttpStatus.UNPROCESSABLE_CONTENT, "The key belongs to another request"),
    TOO_LARGE("too-large", HttpStatus.CONTENT_TOO_LARGE, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE(
            "unsupported-media-type", HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The content type is not supported"),
    QUEUE_FULL("queue-full", HttpStatus.TOO_MANY_REQUESTS, "The queue has no room for more files"),
    INTERNAL_ERROR("internal-error", HttpStatus.INTERNAL_SERVER_ERROR, "The server failed"),
    UNAVAILABLE("unavailable", HttpStatus.SERVICE_UNAVAILABLE, "The database does not answer"),
    DISK_FULL("disk-full", HttpStatus.INSUFFICIENT_STORAGE, "The server has no room for more files");

    private final String word;
    private final HttpStatus status;
    private final String title;

    ProblemType(String word, HttpStatus status, String title) {
        this.word = word;
        this.status = status;
        this.title = title;
    }

    /** What stands in {@code type}. */
    public URI uri() {
        return URI.create("/problems/" + word);
    }

    /** The status code of the response. */
    public HttpStatus status() {
        return status;
    }

    String title() {
        return title;
    }
}
