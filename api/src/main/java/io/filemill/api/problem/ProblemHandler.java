package io.filemill.api.problem;

import io.filemill.db.Outage;
import io.filemill.db.queue.AdmissionException;
import io.filemill.db.queue.IdempotencyException;
import io.filemill.db.queue.LimitScope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;

/** Turns whatever a request ends with into a problem, or on OpenRAG's routes into its {@code {"error": …}}. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ResponseEntity<Object> handle(ProblemException e, WebRequest request) {
        if (isAnswered(request)) {
            throw broken(e);
        }
        return respond(problem(e.type(), e.detail(), e.members()), new HttpHeaders(), request);
    }

    /** A multipart body that cannot be read to its end, for whatever reason. */
    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handle(FileUploadException e, WebRequest request) {
        return unreadable(e, request)
                .orElseGet(() -> respond(
                        problem(
                                ProblemType.INVALID_REQUEST,
                                "The multipart body cannot be read: " + e.getMessage()
                                        + ". Send it as multipart/form-data with a boundary, and completely.",
                                Map.of()),
                        new HttpHeaders(),
                        request));
    }

    /** A query that the web server cannot take apart. */
    @ExceptionHandler
    ResponseEntity<Object> handle(InvalidParameterException e, WebRequest request) {
        String detail =
                "The query of the address cannot be read. Write it as name=value&name=value with special characters as %XX in UTF-8,"
                        + " and with at most 1000 parameters.";
        return respond(problem(ProblemType.INVALID_REQUEST, detail, Map.of()), new HttpHeaders(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> handle(IdempotencyException e, WebRequest request) {
        var headers = new HttpHeaders();
        return switch (e.reason()) {
            case IN_FLIGHT -> {
                headers.set(HttpHeaders.RETRY_AFTER, "1");
                String detail =
                        "A request with the same Idempotency-Key is being recorded right now. Send it again to get its task.";
                yield respond(problem(ProblemType.IDEMPOTENCY_KEY_IN_FLIGHT, detail, Map.of()), headers, request);
            }
            case OTHER_REQUEST -> {
                String detail = "The Idempotency-Key was used for a request that asked for something else."
                        + " Nothing was stored; choose a new key for a new request.";
                yield respond(problem(ProblemType.IDEMPOTENCY_KEY_REUSED, detail, Map.of()), headers, request);
            }
        };
    }

    @ExceptionHandler
    ResponseEntity<Object> handle(AdmissionException e, WebRequest request) {
        String what = switch (e.what()) {
            case FILES -> "files";
            case BYTES -> "bytes of uploads";
        };
        String whose = e.scope() == LimitScope.USER ? "of a user" : "of all users";
        String limit = "At most " + e.limit() + " " + what + " " + whose + " may be in the queue";
        if (e.asked() > e.limit()) {
            String detail =
                    limit + ", and this request alone has " + e.asked() + ". Nothing was stored; send less at a time.";
            return respond(problem(ProblemType.TOO_LARGE, detail, Map.of()), new HttpHeaders(), request);
        }
        String policy = "\"queued-" + e.what().name().toLowerCase(Locale.ROOT) + "\"";
        long seconds = e.retryAfter().toSeconds();
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        headers.set("RateLimit-Policy", policy + ";q=" + e.limit());
        headers.set("RateLimit", policy + ";r=" + Math.max(0, e.limit() - e.queued()) + ";t=" + seconds);
        String detail = limit + ", and " + e.queued()
                + " are. Nothing of this request was stored; send it again when some have ended.";
        return respond(problem(ProblemType.QUEUE_FULL, detail, Map.of()), headers, request);
    }

    private static ResponseEntity<Object> handleUnavailable(Exception e, WebRequest request) {
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("The database does not answer");
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        String detail = "Filemill cannot reach its database at the moment. Nothing is lost; try again in some seconds.";
        return respond(problem(ProblemType.UNAVAILABLE, detail, Map.of()), headers, request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleUnexpected(Exception e, WebRequest request) {
        if (isAnswered(request)) {
            if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
                LOG.atDebug().addKeyValue("path", path(request)).log("A client went away before it had its answer");
                return null;
            }
            throw broken(e);
        }
        if (Outage.caused(e)) {
            return handleUnavailable(e, request);
        }
        Optional<ResponseEntity<Object>> unreadable = unreadable(e, request);
        if (unreadable.isPresent()) {
            return unreadable.get();
        }
        UUID incident = UUID.randomUUID();
        LOG.atError().addKeyValue("incident", incident).setCause(e).log("A request failed");
        String detail =
                "The server made an error that is not yours. Its log explains it under the incident " + incident + ".";
        return respond(
                problem(ProblemType.INTERNAL_ERROR, detail, Map.of("incident", incident)), new HttpHeaders(), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Optional<ResponseEntity<Object>> unreadable = unreadable(e, request);
        if (unreadable.isPresent()) {
            return unreadable.get();
        }
        return switch (status.value()) {
            case 404 -> respond(problem(ProblemType.NOT_FOUND, notFound(request), Map.of()), headers, request);
            case 405 -> respond(problem(ProblemType.METHOD_NOT_ALLOWED, detail(e), Map.of()), headers, request);
            case 406 -> respond(problem(ProblemType.NOT_ACCEPTABLE, acceptable(e), Map.of()), headers, request);
            case 413 -> respond(problem(ProblemType.TOO_LARGE, detail(e), Map.of()), headers, request);
            case 415 -> respond(problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail(e), Map.of()), headers, request);
            default ->
                status.is4xxClientError()
                        ? respond(problem(ProblemType.INVALID_REQUEST, detail(e), Map.of()), headers, request)
                        : handleUnexpected(e, request);
        };
    }

    /**
     * The answer to a request whose body could not be read because the client stopped sending, sends too slowly or breaks the rules of
     * HTTP, or because what it sent was refused meanwhile. A client that hung up will not see it, but one that only stopped sending will.
     */
    private Optional<ResponseEntity<Object>> unreadable(Exception e, WebRequest request) {
        Optional<ProblemException> refused = cause(e, ProblemException.class);
        if (refused.isPresent()) {
            return refused.map(problem -> handle(problem, request));
        }
        if (cause(e, SocketTimeoutException.class).isPresent()) {
            return Optional.of(
                    respond(problem(ProblemType.TOO_SLOW, Problems.TOO_SLOW, Map.of()), new HttpHeaders(), request));
        }
        if (cause(e, BadRequestException.class).isPresent()
                || DisconnectedClientHelper.isClientDisconnectedException(e)) {
            LOG.atDebug().addKeyValue("path", path(request)).log("A body ended early");
            String detail = "The body ended before it was complete, or its chunks cannot be told apart."
                    + " Nothing of it was kept; send it again.";
            return Optional.of(
                    respond(problem(ProblemType.INVALID_REQUEST, detail, Map.of()), new HttpHeaders(), request));
        }
        return Optional.empty();
    }

    private static <T> Optional<T> cause(Throwable e, Class<T> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    /** An answer has begun that cannot be finished. What leaves this handler makes the web server break the connection, which tells the client. */
    private static RuntimeException broken(Exception e) {
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }

    private static boolean isAnswered(WebRequest request) {
        HttpServletResponse response = ((ServletWebRequest) request).getResponse();
        return response != null && response.isCommitted();
    }

    private static String notFound(WebRequest request) {
        return "There is nothing at " + path(request) + ".";
    }

    private static String acceptable(Exception e) {
        return e instanceof HttpMediaTypeNotAcceptableException type
                ? "Accept " + joined(type.getSupportedMediaTypes()) + "."
                : "Accept application/json.";
    }

    private static String detail(Exception e) {
        if (e instanceof HttpRequestMethodNotSupportedException method) {
            return method.getMethod() + " is not possible here. Possible: " + joined(method.getSupportedHttpMethods())
                    + ".";
        }
        if (e instanceof HttpMediaTypeNotSupportedException type) {
            String given = type.getContentType() == null
                    ? "The Content-Type is missing or not valid."
                    : "The Content-Type " + type.getContentType() + " is not supported.";
            return given + " Supported: " + joined(type.getSupportedMediaTypes()) + ".";
        }
        if (e instanceof MissingServletRequestParameterException parameter) {
            return "The parameter " + parameter.getParameterName() + " is missing.";
        }
        if (e instanceof MethodArgumentTypeMismatchException argument) {
            return "The parameter " + argument.getName() + " has a value that does not fit its type: "
                    + argument.getValue() + ".";
        }
        if (e instanceof TypeMismatchException mismatch) {
            return "A value does not fit its type: " + mismatch.getValue() + ".";
        }
        if (e instanceof HttpMessageNotReadableException) {
            return e.getCause() instanceof JacksonException json
                    ? detail(json)
                    : "The body is missing or cannot be read.";
        }
        return "The request is not valid.";
    }

    private static String joined(@Nullable Collection<?> values) {
        return values == null ? "" : values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static String detail(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return "The JSON goes beyond a limit: it may have 500 levels, two million names and values, and numbers of 1000 digits.";
        }
        TokenStreamLocation location = e.getLocation();
        if (e instanceof StreamReadException || e.getPath().isEmpty()) {
            String where =
                    location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
            String duplicate = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")
                    ? " A name stands twice in one object."
                    : "";
            return "The body is not the JSON that is expected here" + where + "." + duplicate;
        }
        String member = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining())
                .substring(1);
        return "The JSON member " + member + " has the wrong type.";
    }

    private static ProblemDetail problem(ProblemType type, String detail, Map<String, Object> members) {
        ProblemDetail problem = Problems.of(type, detail);
        members.forEach(problem::setProperty);
        return problem;
    }

    private static ResponseEntity<Object> respond(ProblemDetail problem, HttpHeaders headers, WebRequest request) {
        Answer answer = Answer.to(path(request), problem);
        return ResponseEntity.status(problem.getStatus())
                .headers(headers)
                .contentType(answer.contentType())
                .body(answer.body());
    }

    private static String path(WebRequest request) {
        HttpServletRequest http = ((ServletWebRequest) request).getRequest();
        return http.getRequestURI();
    }
}
