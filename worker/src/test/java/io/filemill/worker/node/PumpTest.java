package io.filemill.worker.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.queue.Feeder;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PumpTest {
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final CountDownLatch answer = new CountDownLatch(1);
    private volatile Runnable look = () -> {};
    private final Pump pump = new Pump(
            new Pump.Work() {
                @Override
                public boolean fetch() {
                    return false;
                }

                @Override
                public Feeder.Taken take() {
                    looks.incrementAndGet();
                    look.run();
                    return Feeder.Taken.NOTHING;
                }
            },
            now::get);

    @AfterEach
    void close() {
        answer.countDown();
        pump.close();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void waitForTheAnswer() {
        try {
            assertThat(answer.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void isAliveWhileItWaitsForWork() {
        pump.start();
        await().until(() -> looks.get() > 0);
        pass(Duration.ofHours(1));
        await().until(pump::isAlive);
    }

    @Test
    void isNotAliveWhenALookDoesNotEnd() {
        look = this::waitForTheAnswer;
        pump.start();
        await().until(() -> looks.get() > 0);

        pass(Duration.ofMinutes(4));
        assertThat(pump.isAlive()).isTrue();
        pass(Duration.ofMinutes(2));
        assertThat(pump.isAlive()).isFalse();

        answer.countDown();
        await().until(pump::isAlive);
    }

    @Test
    void isAliveAfterALookThatFailed() {
        look = () -> {
            throw new IllegalStateException("the database is away");
        };
        pump.start();
        await().until(() -> looks.get() > 0);
        pump.wake();
        await().until(() -> looks.get() > 1);
        assertThat(pump.isAlive()).isTrue();
    }

    @Test
    void isNotAliveWhenItsThreadDied() {
        look = () -> {
            throw new ThreadDeathByError();
        };
        pump.start();
        await().dontCatchUncaughtExceptions().until(() -> !pump.isAlive() && looks.get() > 0);
    }

    /** As an error of the virtual machine would be. */
    private static final class ThreadDeathByError extends Error {}
}
