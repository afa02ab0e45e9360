package io.filemill.worker.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ResultWriterTest {
    private final ResultWriter results = new ResultWriter(1);
    private final AtomicInteger written = new AtomicInteger();
    private final CountDownLatch storageAnswers = new CountDownLatch(1);

    private void writeSlowly() {
        try {
            storageAnswers.await();
            written.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void slotGoesOnWhileItsResultIsWritten() throws Exception {
        results.write(this::writeSlowly);

        assertThat(written).hasValue(0);
        storageAnswers.countDown();
        await().until(() -> written.get() == 1);
    }

    @Test
    void slotWaitsWhileThereIsNoRoom() throws Exception {
        results.write(this::writeSlowly);
        var slot = new Thread(() -> {
            try {
                results.write(written::incrementAndGet);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        slot.start();

        await().until(() -> slot.getState() == Thread.State.WAITING);
        storageAnswers.countDown();
        slot.join();
        await().until(() -> written.get() == 2);
    }

    @Test
    void resultThatCannotBeWrittenLeavesItsRoom() throws Exception {
        results.write(() -> {
            throw new IllegalStateException("expected by this test");
        });
        results.write(written::incrementAndGet);

        await().dontCatchUncaughtExceptions().until(() -> written.get() == 1);
    }
}
