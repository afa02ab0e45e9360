package io.filemill.api.security;

import io.filemill.api.openapi.Responds;
import io.filemill.db.key.EventTickets;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Gives tickets for event streams. */
@RestController
final class TicketController {
    private final EventTickets tickets;
    private final CurrentUser user;

    TicketController(EventTickets tickets, CurrentUser user) {
        this.tickets = tickets;
        this.user = user;
    }

    /** A ticket opens streams of the caller as {@code ?ticket=}, and nothing else. */
    @Responds(status = 201, body = Ticket.class)
    @PostMapping("/v1/events/ticket")
    ResponseEntity<Ticket> create() {
        var holder = new EventTickets.Holder(user.id(), List.of(Scope.READ_OWN.word()));
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new Ticket(tickets.create(holder), EventTickets.VALID.toSeconds()));
    }

    /**
     * What opens event streams.
     *
     * @param ticket the word for {@code ?ticket=}
     * @param expiresIn for how many seconds it does
     */
    record Ticket(String ticket, long expiresIn) {
        @Override
        public String toString() {
            return "Ticket[hidden]";
        }
    }
}
