package io.filemill.api.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.www.BasicAuthenticationConverter;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Finds what a caller signs in with: a bearer token in the header; a ticket in the address of an event stream, since browsers open those
 * without headers; or for JobRunr's dashboard a password that the browser asks for, which is a bearer token too.
 */
final class Credentials implements AuthenticationConverter {
    private static final List<PathPattern> STREAMS = List.of(parse("/v1/events"), parse("/v1/tasks/{id}/events"));

    private final BearerTokenResolver header = new DefaultBearerTokenResolver();
    private final AuthenticationConverter password = new BasicAuthenticationConverter();

    private static PathPattern parse(String path) {
        return PathPatternParser.defaultInstance.parse(path);
    }

    /**
     * @throws OAuth2AuthenticationException if it cannot be one
     */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String token = header.resolve(request);
        if (token != null) {
            return new BearerTokenAuthenticationToken(token);
        }
        if (Dashboards.isPart(request)) {
            return password(request);
        }
        if (HttpMethod.GET.matches(request.getMethod()) && isStream(request)) {
            String ticket = request.getParameter("ticket");
            return ticket == null ? null : new TicketAuthentication(ticket);
        }
        return null;
    }

    private @Nullable Authentication password(HttpServletRequest request) {
        try {
            return password.convert(request) instanceof UsernamePasswordAuthenticationToken basic
                            && basic.getCredentials() instanceof String key
                            && !key.isEmpty()
                    ? new BearerTokenAuthenticationToken(key)
                    : null;
        } catch (BadCredentialsException e) {
            throw new OAuth2AuthenticationException(
                    BearerTokenErrors.invalidToken("It cannot be read."), "It cannot be read.", e);
        }
    }

    private static boolean isStream(HttpServletRequest request) {
        PathContainer path = ServletRequestPathUtils.parse(request).pathWithinApplication();
        return STREAMS.stream().anyMatch(stream -> stream.matches(path));
    }
}
