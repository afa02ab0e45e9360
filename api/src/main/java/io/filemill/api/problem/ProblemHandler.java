package io.filemill.api.problem;

import io.filemill.db.Outage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
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
import tools.jackson.core.exc.StreamReadException;

/** Turns whatever a request ends with into a problem, or on OpenRAG's routes into its {@code {"error": …}}. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ResponseEntity<Object> handle(ProblemException e, WebRequest request) {
        return respond(problem(e.type(), e.detail(), e.members()), new HttpHeaders(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> handle(FileUploadException e, WebRequest request) {
        String detail = "The multipart body cannot be read: " + e.getMessage()
                + ". Send it as multipart/form-data with a boundary, and completely.";
        return respond(problem(ProblemType.INVALID_REQUEST, detail, Map.of()), new HttpHeaders(), request);
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
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            LOG.atDebug().addKeyValue("path", path(request)).log("A client went away");
            return null;
        }
        if (Outage.caused(e)) {
            return handleUnavailable(e, request);
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
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return handle(problem, request);
            }
        }
        return switch (status.value()) {
            case 404 -> respond(problem(ProblemType.NOT_FOUND, notFound(request), Map.of()), headers, request);
            case 405 -> respond(problem(ProblemType.METHOD_NOT_ALLOWED, detail(e), Map.of()), headers, request);
            case 406 ->
                respond(problem(ProblemType.NOT_ACCEPTABLE, "Accept application/json.", Map.of()), headers, request);
            case 413 -> respond(problem(ProblemType.TOO_LARGE, detail(e), Map.of()), headers, request);
            case 415 -> respond(problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail(e), Map.of()), headers, request);
            default ->
                status.is4xxClientError()
                        ? respond(problem(ProblemType.INVALID_REQUEST, detail(e), Map.of()), headers, request)
                        : handleUnexpected(e, request);
        };
    }

    private static String notFound(WebRequest request) {
        return "There is nothing at " + path(request) + ".";
    }

    private static String detail(Exception e) {
        if (e instanceof HttpRequestMethodNotSupportedException method) {
            return method.getMethod() + " is not possible here. Possible: " + joined(method.getSupportedHttpMethods())
                    + ".";
        }
        if (e instanceof HttpMediaTypeNotSupportedException type) {
            String given = type.getContentType() == null
                    ? "The Content-Type is missing."
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
        if (e instanceof StreamReadException || e.getPath().isEmpty()) {
            return "The body is not the JSON that is expected here, at line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ".";
        }
        String member = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining())
                .substring(1);
        return "The JSON member " + member + " has the wrong type.";
    }

    private static ProblemDetail problem(ProblemType type, String detail, Map<String, Object> members) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(type.status(), detail);
        problem.setType(type.uri());
        problem.setTitle(type.title());
        members.forEach(problem::setProperty);
        return problem;
    }

    private static ResponseEntity<Object> respond(ProblemDetail problem, HttpHeaders headers, WebRequest request) {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(problem.getStatus()).headers(headers);
        if (isOpenRag(path(request))) {
            return response.contentType(MediaType.APPLICATION_JSON)
                    .body(Map.of("error", String.valueOf(problem.getDetail())));
        }
        return response.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
    }

    private static boolean isOpenRag(String path) {
        return path.equals("/tasks")
                || path.startsWith("/tasks/")
                || path.startsWith("/upload_")
                || path.startsWith("/router/");
    }

    private static String path(WebRequest request) {
        HttpServletRequest http = ((ServletWebRequest) request).getRequest();
        return http.getRequestURI();
    }
}
