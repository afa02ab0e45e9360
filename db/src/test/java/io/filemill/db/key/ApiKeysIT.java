package io.filemill.db.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class ApiKeysIT {
    private final TestDatabase db;
    private final ApiKeys keys;

    ApiKeysIT(TestDatabase db) {
        this.db = db;
        this.keys = new ApiKeys(db.jdbc);
    }

    private ApiKeys.Created create(Duration validFor) {
        return keys.create(new NewApiKey("ann", "laptop", List.of("knowledge:upload", "admin"), validFor));
    }

    @Test
    void aKeyIsGoodUntilItIsRevoked() {
        ApiKeys.Created made = create(null);
        assertThat(made.secret())
                .matches("fm_[A-Za-z0-9_-]{43}")
                .startsWith(made.key().hint());
        assertThat(made.toString()).doesNotContain(made.secret());
        ApiKey used = keys.use(made.secret()).orElseThrow();
        assertThat(used.owner()).isEqualTo("ann");
        assertThat(used.scopes()).containsExactly("knowledge:upload", "admin");
        assertThat(keys.use(made.secret() + "x")).isEmpty();

        assertThat(keys.revoke(made.key().id())).isPresent();
        assertThat(keys.revoke(made.key().id())).isPresent();
        assertThat(keys.revoke(UUID.randomUUID())).isEmpty();
        assertThat(keys.use(made.secret())).isEmpty();
        assertThat(keys.list().get(0).revokedAt()).isNotNull();
    }

    @Test
    void aKeyExpires() {
        ApiKeys.Created made = create(Duration.ofDays(1));
        assertThat(keys.use(made.secret())).isPresent();
        db.jdbc.sql("update api_key set expires_at = now()").update();
        assertThat(keys.use(made.secret())).isEmpty();
    }

    @Test
    void theLastUseIsWrittenOnceAMinute() {
        ApiKeys.Created made = create(null);
        assertThat(made.key().lastUsedAt()).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(keys.use(made.secret())).isPresent();
        }
        String written = "select xmin::text from api_key";
        String first = db.jdbc.sql(written).query(String.class).single();
        assertThat(keys.use(made.secret()).orElseThrow().lastUsedAt()).isNotNull();
        assertThat(db.jdbc.sql(written).query(String.class).single()).isEqualTo(first);
        db.jdbc
                .sql("update api_key set last_used_at = now() - interval '61 seconds'")
                .update();
        String before = db.jdbc.sql(written).query(String.class).single();
        assertThat(keys.use(made.secret())).isPresent();
        assertThat(db.jdbc.sql(written).query(String.class).single()).isNotEqualTo(before);
    }

    @Test
    void theDatabaseDoesNotHaveTheKey() {
        ApiKeys.Created made = create(null);
        String row =
                db.jdbc.sql("select k::text from api_key k").query(String.class).single();
        assertThat(row).doesNotContain(made.secret()).contains(made.key().hint());
    }

    @Test
    void ticketsExpire() {
        var tickets = new EventTickets(db.jdbc);
        String ticket = tickets.create(new EventTickets.Holder("ann", List.of("knowledge:read:own")));
        assertThat(tickets.find(ticket)).contains(new EventTickets.Holder("ann", List.of("knowledge:read:own")));
        assertThat(tickets.find("x")).isEmpty();
        db.jdbc
                .sql("update event_ticket set expires_at = now() - interval '1 second'")
                .update();
        assertThat(tickets.find(ticket)).isEmpty();
        tickets.create(new EventTickets.Holder("bob", List.of()));
        assertThat(db.jdbc
                        .sql("select user_id from event_ticket")
                        .query(String.class)
                        .list())
                .containsExactly("bob");
    }
}
