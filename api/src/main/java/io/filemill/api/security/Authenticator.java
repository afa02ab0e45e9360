package io.filemill.api.security;

import io.filemill.db.Outage;
import io.filemill.db.key.ApiKey;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.EventTickets;
import java.util.Optional;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Finds out who signs in: by an API key, a ticket, or a token of the identity provider if there is one. */
final class Authenticator implements AuthenticationManager {
    private final ApiKeys keys;
    private final EventTickets tickets;
    private final Optional<IdentityProvider> provider;

    Authenticator(ApiKeys keys, EventTickets tickets, Optional<IdentityProvider> provider) {
        this.keys = keys;
        this.tickets = tickets;
        this.provider = provider;
    }

    /**
     * @throws OAuth2AuthenticationException if what the caller signs in with is not accepted
     * @throws AuthenticationServiceException if that cannot be told at the moment
     */
    @Override
    public Authentication authenticate(Authentication request) throws AuthenticationException {
        try {
            return new CallerAuthentication(
                    request instanceof TicketAuthentication ticket
                            ? ofTicket(ticket.ticket())
                            : ofToken(((BearerTokenAuthenticationToken) request).getToken()));
        } catch (AuthenticationException e) {
            throw e;
        } catch (RuntimeException e) {
            if (Outage.caused(e)) {
                throw new AuthenticationServiceException("The database does not answer", e);
            }
            throw e;
        }
    }

    private Caller ofToken(String token) {
        if (token.startsWith(ApiKeys.PREFIX)) {
            return keys.use(token)
                    .map(Authenticator::caller)
                    .orElseThrow(() ->
                            new InvalidBearerTokenException("The API key is not known, was revoked or has expired."));
        }
        return provider.orElseThrow(() -> new InvalidBearerTokenException(
                        "API keys begin with " + ApiKeys.PREFIX + ", and no identity provider is configured."))
                .caller(token);
    }

    private static Caller caller(ApiKey key) {
        return new Caller(key.owner(), Scope.among(key.scopes()), Caller.SignIn.API_KEY, key.id(), null);
    }

    private Caller ofTicket(String ticket) {
        return tickets.find(ticket)
                .map(holder ->
                        new Caller(holder.userId(), Scope.among(holder.scopes()), Caller.SignIn.TICKET, null, null))
                .orElseThrow(() -> new InvalidBearerTokenException(
                        "The ticket is not known or has expired. POST /v1/events/ticket makes one."));
    }
}
