package io.filemill.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private final AtomicInteger beats = new AtomicInteger();
    private final Heartbeat heartbeat = new Heartbeat(found::get, read::get, 100_000, beats::incrementAndGet);

    @Test
    void isSilentWhileNothingIsDone() {
        heartbeat.run();
        read.addAndGet(100);
        heartbeat.run();

        assertThat(beats).hasValue(0);
    }

    @Test
    void beatsOnceForWhatWasFoundSinceTheLastTime() {
        found.addAndGet(3);
        heartbeat.run();
        heartbeat.run();

        assertThat(beats).hasValue(1);
    }

    @Test
    void readingTheSameOverAndOverIsNoProgress() {
        for (var period = 0; period < 10; period++) {
            read.addAndGet(30_000);
            heartbeat.run();
        }

        assertThat(beats).hasValue(4);
    }

    @Test
    void writesNothingOnceItIsStopped() {
        heartbeat.stop();
        found.incrementAndGet();
        heartbeat.run();

        assertThat(beats).hasValue(0);
    }
}
