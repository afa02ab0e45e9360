package io.filemill.worker.rescue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class RescuerIT {
    private static final Duration LEASE = Duration.ofMillis(1);

    private final TestDatabase db;
    private final AtomicLong nanoTime = new AtomicLong();
    private final Rescuer rescuer;

    RescuerIT(TestDatabase db) {
        this.db = db;
        rescuer = new Rescuer(db.fileTasks, LEASE, nanoTime::get);
    }

    private void leaveAFileBehind() {
        UUID node = db.node();
        long file = db.fileIds(db.submit("ann", 1)).get(0);
        assertThat(db.fileTasks.claim(file, 1, node)).isPresent();
        db.expire(node);
    }

    @Test
    void takesBackTheFilesOfADeadNode() {
        leaveAFileBehind();

        assertThat(rescuer.runOnce()).isEqualTo(1);
        assertThat(rescuer.runOnce()).isZero();
    }

    @Test
    void judgesNobodyUntilALeaseAfterItWasCutOffItself() {
        leaveAFileBehind();
        db.jdbc.sql("alter table file_task rename to out_of_reach").update();
        try {
            assertThatThrownBy(rescuer::runOnce).isInstanceOf(RuntimeException.class);
        } finally {
            db.jdbc.sql("alter table out_of_reach rename to file_task").update();
        }

        nanoTime.addAndGet(LEASE.toNanos());
        assertThat(rescuer.runOnce()).isZero();
        nanoTime.addAndGet(1);
        assertThat(rescuer.runOnce()).isEqualTo(1);
    }
}
