package io.filemill.api.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A ticket that is to be checked. */
final class TicketAuthentication extends AbstractAuthenticationToken {
    private final String ticket;

    TicketAuthentication(String ticket) {
        super(List.of());
        this.ticket = ticket;
    }

    String ticket() {
        return ticket;
    }

    @Override
    public Object getPrincipal() {
        return "ticket";
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TicketAuthentication that && ticket.equals(that.ticket);
    }

    @Override
    public int hashCode() {
        return ticket.hashCode();
    }
}
