package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.queue.LimitScope;
import io.filemill.db.task.TaskChanges.Changes;
import io.filemill.db.task.TaskChanges.Known;
import io.filemill.db.task.TaskChanges.Moment;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class TaskChangesIT {
    private static final Set<UUID> NO_TASKS = Set.of();
    private static final Set<String> NO_USERS = Set.of();

    private final TestDatabase db;
    private final TaskChanges changes;

    TaskChangesIT(TestDatabase db) {
        this.db = db;
        changes = new TaskChanges(db.jdbc);
    }

    /** Waits until no transaction of anybody is going on, autovacuum's included, which a cursor would have to allow for. */
    private void settle() {
        await().until(() -> db.jdbc
                .sql("select pg_snapshot_xmin(s) = pg_snapshot_xmax(s) from pg_current_snapshot() s")
                .query(Boolean.class)
                .single());
    }

    private Moment now() {
        settle();
        return changes.unfinished("nobody", 1).moment();
    }

    private List<UUID> since(Moment moment, Set<UUID> tasks, Set<String> users) {
        return ids(changes.since(new Known(moment, Map.of()), tasks, users));
    }

    private static List<UUID> ids(Changes found) {
        return found.tasks().stream().map(UploadTask::id).toList();
    }

    private long runningFile(UUID task) {
        long file = db.fileIds(task).get(0);
        assertThat(db.fileTasks.claim(file, 1, db.node())).isPresent();
        return file;
    }

    @Test
    void aWatchedTaskIsReportedUntilTheNextMoment() {
        UUID task = db.submit("ann", 2);
        UUID other = db.submit("ann", 2);
        Moment before = now();
        db.control.pause("ann", task);
        db.control.pause("ann", other);

        settle();
        Changes found = changes.since(new Known(before, Map.of()), Set.of(task), NO_USERS);

        assertThat(found.tasks()).singleElement().isEqualTo(db.task(task));
        assertThat(since(found.moment(), Set.of(task), NO_USERS)).isEmpty();
    }

    @Test
    void aUsersTasksAreReportedWhenTheyAreNewChangedOrAtTheirEnd() {
        UUID idle = db.submit("ann", 1);
        UUID ended = db.submit("ann", 1);
        Moment before = now();
        UUID added = db.submit("ann", 1);
        UUID foreign = db.submit("bob", 1);
        db.uploadTasks.cancel("ann", ended);

        assertThat(since(before, NO_TASKS, Set.of("ann")))
                .containsExactly(ended, added)
                .doesNotContain(idle, foreign);
    }

    @Test
    void aChangeIsReportedWhenItsTransactionCommitsHoweverLongItTook() throws SQLException {
        UUID task = db.submit("ann", 1);
        Moment before = now();
        try (Connection slow = db.dataSource.getConnection();
                Statement statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("update upload_task set priority = 9, updated_at = now()");
            db.control.pause("bob", db.submit("bob", 1)); // younger transactions commit earlier
            Changes meanwhile = changes.since(new Known(before, Map.of()), Set.of(task), NO_USERS);
            assertThat(meanwhile.tasks())
                    .allSatisfy(seen -> assertThat(seen.priority()).isEqualTo(5));

            slow.commit();
            slow.setAutoCommit(true);

            assertThat(since(meanwhile.moment(), Set.of(task), NO_USERS)).containsExactly(task);
            assertThat(ids(changes.since(meanwhile.moment().cursor(), "ann", 10)))
                    .containsExactly(task);
            assertThat(changes.changedSince(meanwhile.moment().cursor(), task)).isTrue();
        }
    }

    @Test
    void theStartOfAFileIsAChangeThoughNothingIsWrittenToTheTask() {
        UUID task = db.submit("ann", 2);
        Moment before = now();
        long file = runningFile(task);

        settle();
        Changes started = changes.since(new Known(before, Map.of()), Set.of(task), NO_USERS);
        assertThat(started.tasks()).singleElement().returns(1, UploadTask::runningFiles);
        assertThat(ids(changes.since(new Known(started.moment(), Map.of(task, 1)), Set.of(task), NO_USERS)))
                .isEmpty();

        db.fileTasks.release(file, 1);
        assertThat(ids(changes.since(new Known(started.moment(), Map.of(task, 1)), Set.of(task), NO_USERS)))
                .containsExactly(task);
    }

    @Test
    void thePauseOfAUserIsAChangeOfItsTasks() {
        UUID task = db.submit("ann", 2);
        Moment before = now();
        db.limits.pause(LimitScope.USER, "ann");

        settle();
        Changes paused = changes.since(new Known(before, Map.of()), Set.of(task), NO_USERS);

        assertThat(paused.tasks()).singleElement().returns("user", UploadTask::pausedBy);
        assertThat(since(paused.moment(), Set.of(task), NO_USERS)).isEmpty();
    }

    @Test
    void aReplayTakesTheNewestOfWhatChangedWithWhatHasEnded() {
        UUID idle = db.submit("ann", 1);
        UUID first = db.submit("ann", 1);
        UUID second = db.submit("ann", 1);
        UUID third = db.submit("ann", 1);
        Moment before = now();
        for (UUID task : List.of(third, second, first)) {
            db.uploadTasks.cancel("ann", task);
        }

        assertThat(ids(changes.since(before.cursor(), "ann", 2))).containsExactly(second, third);
        assertThat(ids(changes.since(before.cursor(), "bob", 2))).isEmpty();
        assertThat(ids(changes.unfinished("ann", 10))).containsExactly(idle);
        assertThat(changes.changedSince(before.cursor(), third)).isTrue();
        assertThat(changes.changedSince(before.cursor(), idle)).isFalse();
    }

    @Test
    void aCursorOfAnotherDatabaseReportsEverything() {
        UUID task = db.submit("ann", 1);
        long elsewhere = now().cursor() + 1_000_000_000_000L;

        assertThat(ids(changes.since(elsewhere, "ann", 10))).containsExactly(task);
        assertThat(changes.changedSince(elsewhere, task)).isTrue();
    }

    @Test
    void aPurgedTaskIsGone() {
        UUID task = db.submit("ann", 1);
        db.uploadTasks.cancel("ann", task);
        Moment before = now();
        db.jdbc.sql("update upload_task set purged_at = now()").update();

        assertThat(changes.of(task).tasks()).isEmpty();
        assertThat(since(before, Set.of(task), Set.of("ann"))).isEmpty();
    }

    @Test
    void numbersOfTransactionsGoOnWhereThoseOfRowsBeginAgain() {
        long wrapped = (5L << 32) + 7;

        assertThat(transactionOf("3", wrapped)).isEqualTo((5L << 32) + 3);
        assertThat(transactionOf("4294967290", wrapped)).isEqualTo((4L << 32) + 4294967290L);
    }

    private long transactionOf(String xmin, long next) {
        return db.jdbc
                .sql("select transaction_of(:xmin::text::xid, :next)")
                .param("xmin", xmin)
                .param("next", next)
                .query(Long.class)
                .single();
    }
}
