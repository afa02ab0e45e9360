package io.filemill.api.security;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.Outage;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers requests that reach no controller as those are answered that do: with a problem, or OpenRAG's {@code {"error": …}}. */
final class Refusal implements AuthenticationEntryPoint, AuthenticationFailureHandler, AccessDeniedHandler {
    private static final String BEARER = "Bearer realm=\"filemill\"";

    private final ObjectProvider<HandlerExceptionResolver> resolver;
    private final AccessRules rules;

    /**
     * @param resolver the one of all controllers; asked for late, because it needs them
     */
    Refusal(ObjectProvider<HandlerExceptionResolver> resolver, AccessRules rules) {
        this.resolver = resolver;
        this.rules = rules;
    }

    /** Answers with what the exception says. */
    void answer(HttpServletRequest request, HttpServletResponse response, Exception problem) {
        resolver.getObject().resolveException(request, response, null, problem);
    }

    /** Nobody has signed in, or with something that is not accepted. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e) {
        boolean tried = e instanceof OAuth2AuthenticationException;
        response.addHeader(HttpHeaders.WWW_AUTHENTICATE, tried ? BEARER + ", error=\"invalid_token\"" : BEARER);
        if (Dashboards.isPart(request)) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Filemill: an API key as the password\"");
        }
        String detail = tried
                ? "The API key or token is not accepted: " + e.getMessage()
                        + " Ask an administrator for a key, or sign in again."
                : "Say who you are with the header Authorization: Bearer and an API key or a token of your identity provider."
                        + " The command line takes FILEMILL_API_KEY or --api-key.";
        answer(request, response, new ProblemException(ProblemType.NOT_SIGNED_IN, detail));
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e) {
        if (!(e instanceof AuthenticationServiceException)) {
            commence(request, response, e);
        } else if (Outage.caused(e)) {
            answer(request, response, e);
        } else {
            response.setHeader(HttpHeaders.RETRY_AFTER, "5");
            String detail =
                    "The keys of the identity provider cannot be had at the moment, so the token cannot be checked."
                            + " Try again in some seconds; API keys are accepted meanwhile.";
            answer(request, response, new ProblemException(ProblemType.IDENTITY_PROVIDER_AWAY, detail));
        }
    }

    /** The caller is known and may not do this. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e) {
        String scope = rules.of(request).needs();
        response.addHeader(
                HttpHeaders.WWW_AUTHENTICATE, BEARER + ", error=\"insufficient_scope\", scope=\"" + scope + "\"");
        String detail = "This needs the scope " + scope + ", which the API key or token does not have.";
        answer(request, response, new ProblemException(ProblemType.FORBIDDEN, detail));
    }
}
