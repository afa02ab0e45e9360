package io.filemill.db.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class NodeRepositoryIT {
    private final TestDatabase db;

    NodeRepositoryIT(TestDatabase db) {
        this.db = db;
    }

    private Signs heartbeat(UUID node) {
        return db.nodes.heartbeat(node, true).orElseThrow();
    }

    private long claimedFile(UUID node) {
        long file = db.fileIds(db.submit("ann", 1)).get(0);
        assertThat(db.fileTasks.claim(file, 1, node)).isPresent();
        return file;
    }

    private void dropJobs() {
        db.jdbc.sql("delete from jobrunr_jobs").update();
    }

    @Test
    void seesNothingWhenThereIsNothingToDo() {
        UUID node = db.node();

        assertThat(heartbeat(node)).isEqualTo(Signs.OF_NOTHING);
    }

    @Test
    void renewsALeaseThatRanOut() {
        UUID node = db.node();
        db.expire(node);

        heartbeat(node);

        assertThat(db.nodes.list()).extracting(WorkerNode::status).containsExactly("active");
    }

    @Test
    void tellsANodeThatIsNotKnownAnyMore() {
        assertThat(db.nodes.heartbeat(UUID.randomUUID(), true)).isEmpty();
    }

    @Test
    void seesTheFilesThatTheNodeHolds() {
        UUID node = db.node();
        UUID other = db.node();
        claimedFile(node);
        dropJobs();

        assertThat(heartbeat(node)).isEqualTo(new Signs(true, false, false, false));
        assertThat(heartbeat(other)).isEqualTo(Signs.OF_NOTHING);
    }

    @Test
    void seesTheFilesOfADeadNode() {
        UUID node = db.node();
        UUID dead = db.node();
        claimedFile(dead);
        dropJobs();

        assertThat(heartbeat(node).abandonedFiles()).isFalse();
        db.expire(dead);
        assertThat(heartbeat(node).abandonedFiles()).isTrue();
        db.jdbc.sql("delete from worker_node where id = :id").param("id", dead).update();
        assertThat(heartbeat(node)).isEqualTo(new Signs(false, true, false, false));
    }

    @Test
    void seesWhatWasDispatchedAndTheJobsThatWait() {
        UUID node = db.node();
        db.submit("ann", 1);

        assertThat(heartbeat(node)).isEqualTo(new Signs(false, false, true, true));
        dropJobs();
        assertThat(heartbeat(node)).isEqualTo(new Signs(false, false, true, false));
    }

    @Test
    void seesFilesThatAreDueAndNotThoseThatWaitForTheirTime() {
        UUID node = db.node();
        UUID task = db.submit("ann", 1);
        dropJobs();
        db.jdbc.sql("update file_task set dispatched_at = null").update();

        assertThat(heartbeat(node)).isEqualTo(new Signs(false, false, false, true));
        db.jdbc
                .sql("update file_task set next_attempt_at = now() + interval '1 minute' where upload_task_id = :task")
                .param("task", task)
                .update();
        assertThat(heartbeat(node)).isEqualTo(Signs.OF_NOTHING);
    }

    @Test
    void doesNotSeeFilesThatArePausedOrMayNotStartYet() {
        UUID node = db.node();
        UUID task = db.submit("ann", 1);
        dropJobs();
        db.jdbc.sql("update file_task set dispatched_at = null").update();

        db.control.pause("ann", task);
        assertThat(heartbeat(node)).isEqualTo(Signs.OF_NOTHING);
        db.control.resume("ann", task);
        assertThat(heartbeat(node).waitingFiles()).isTrue();
        db.jdbc
                .sql("update upload_task set not_before = now() + interval '1 minute'")
                .update();
        assertThat(heartbeat(node)).isEqualTo(Signs.OF_NOTHING);
    }

    @Test
    void looksForWorkOnlyForANodeThatWantsSome() {
        UUID node = db.node();
        db.submit("ann", 1);

        assertThat(db.nodes.heartbeat(node, false).orElseThrow().waitingFiles()).isFalse();
    }
}
