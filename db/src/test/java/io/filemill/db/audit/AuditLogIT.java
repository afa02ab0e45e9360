package io.filemill.db.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.audit.AuditEntry.Actor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class AuditLogIT {
    private final TestDatabase db;
    private final AuditLog log;
    private final String subject = UUID.randomUUID().toString();

    AuditLogIT(TestDatabase db) {
        this.db = db;
        this.log = new AuditLog(db.jdbc, db.transaction);
    }

    private AuditEntry entry(String user) {
        var detail = JsonNodeFactory.instance.objectNode().put("files", 3);
        return new AuditEntry(new Actor(user, null, "192.0.2.1"), "task.submit", subject, detail);
    }

    private List<AuditEvent> events() {
        return log.list(null, subject, Long.MAX_VALUE, 10);
    }

    @Test
    void aChangeAndItsEntryAreOneTransaction() {
        UUID task = log.recording(() -> db.submit("ann", 1), id -> Optional.of(entry("ann")));
        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.userId()).isEqualTo("ann");
            assertThat(event.client()).isEqualTo("192.0.2.1");
            assertThat(event.detail().get("files").intValue()).isEqualTo(3);
        });
        assertThat(db.task(task).totalFiles()).isEqualTo(1);

        assertThatThrownBy(() -> log.recording(() -> db.submit("ann", 1), id -> {
                    throw new IllegalStateException("the log is broken");
                }))
                .hasMessage("the log is broken");
        assertThat(db.uploadTasks.list("ann", 10, null)).hasSize(1);
        assertThat(log.recording(
                        () -> db.submission.submit(
                                new io.filemill.db.task.NewUploadTask(
                                        UUID.randomUUID(),
                                        "ann",
                                        "noop",
                                        JsonNodeFactory.instance.objectNode(),
                                        5,
                                        io.filemill.db.task.TaskLimits.OF_THE_NODE),
                                List.<io.filemill.db.task.NewFileTask>of().iterator(),
                                null),
                        none -> Optional.of(entry("ann"))))
                .isEmpty();
        assertThat(events()).hasSize(1);
    }

    @Test
    void nothingChangesOrDeletesWhatIsInIt() {
        log.recording(() -> "", done -> Optional.of(entry("ann")));
        for (String change : List.of(
                "update audit_event set user_id = 'bob'",
                "delete from audit_event",
                "truncate audit_event",
                "truncate audit_event cascade",
                "insert into audit_event (id, user_id, client, action, subject) overriding system value"
                        + " select id, 'bob', '', 'task.submit', '' from audit_event"
                        + " on conflict (id) do update set user_id = 'bob'")) {
            assertThatThrownBy(() -> db.jdbc.sql(change).update()).as(change).hasStackTraceContaining("append-only");
        }
        assertThat(events()).extracting(AuditEvent::userId).containsExactly("ann");
    }

    @Test
    void onlyOldEventsArePurged() {
        log.recording(() -> "", done -> Optional.of(entry("new")));
        db.jdbc.sql("""
                insert into audit_event (happened_at, user_id, client, action, subject)
                select now() - make_interval(days => d), 'day ' || d, '', 'task.submit', :subject
                from unnest(array[29, 31, 500]) as d
                """).param("subject", subject).update();
        assertThatThrownBy(() -> db.transaction.executeWithoutResult(status -> {
                    db.jdbc
                            .sql("select set_config('filemill.purges_audit', 'on', true)")
                            .query(String.class)
                            .single();
                    db.jdbc
                            .sql("delete from audit_event where user_id = 'day 29'")
                            .update();
                }))
                .hasStackTraceContaining("append-only");
        assertThatThrownBy(() -> log.purge(Duration.ofDays(29))).isInstanceOf(IllegalArgumentException.class);
        int ignored = log.purge(Duration.ofDays(30));
        assertThat(events()).extracting(AuditEvent::userId).containsExactly("day 29", "new");
        assertThat(log.list("new", subject, Long.MAX_VALUE, 10)).hasSize(1);
        assertThat(log.list(null, subject, events().get(0).id(), 10)).hasSize(1);
    }
}
