package io.filemill.api.problem;

import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Answers with a problem where no controller is reached: requests that break the rules of HTTP, and failures outside of controllers. */
final class ProblemValve extends ErrorReportValve {
    private final JsonMapper json;

    ProblemValve(JsonMapper json) {
        this.json = json;
    }

    /** Puts the valve into the web server, inside of its own one, which has nothing left to report then. */
    @Component
    static final class Installer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
        private final JsonMapper json;

        Installer(JsonMapper json) {
            this.json = json;
        }

        @Override
        public void customize(TomcatServletWebServerFactory factory) {
            factory.addContextCustomizers(
                    context -> context.getParent().getPipeline().addValve(new ProblemValve(json)));
        }
    }

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        var writable = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, writable);
        if (writable.get()) {
            Answer answer = Answer.to(request.getRequestURI(), problem(status));
            response.setContentType(answer.contentType().toString());
            try {
                Writer writer = response.getReporter();
                if (writer != null) {
                    writer.write(json.writeValueAsString(answer.body())); // ASCII
                    response.finishResponse();
                }
            } catch (IOException | IllegalStateException e) {
                container.getLogger().debug("A client went away before it could be told its mistake", e);
            }
        }
    }

    private static ProblemDetail problem(int status) {
        return switch (status) {
            case 400 ->
                Problems.of(
                        ProblemType.INVALID_REQUEST,
                        "The request is not valid HTTP: its first line or a header cannot be read, or they are too long together."
                                + " Write special characters of the path and the query as %XX, in UTF-8, and send one Host and at most one"
                                + " Content-Length.");
            case 404 -> Problems.of(ProblemType.NOT_FOUND, "There is nothing here.");
            case 405 -> Problems.of(ProblemType.METHOD_NOT_ALLOWED, "This method is never possible here.");
            case 408 -> Problems.of(ProblemType.TOO_SLOW, Problems.TOO_SLOW);
            case 500 ->
                Problems.of(
                        ProblemType.INTERNAL_ERROR, "The server made an error that is not yours. Its log explains it.");
            default -> other(status);
        };
    }

    private static ProblemDetail other(int code) {
        HttpStatus status = HttpStatus.resolve(code);
        ProblemDetail problem = Problems.of(
                ProblemType.INVALID_REQUEST,
                "The web server does not take such a request: " + (status == null ? code : status.getReasonPhrase())
                        + ".");
        problem.setStatus(code);
        return problem;
    }
}
