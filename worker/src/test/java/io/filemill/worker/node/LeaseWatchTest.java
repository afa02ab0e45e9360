package io.filemill.worker.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseWatchTest {
    private long now = -5;
    private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(15), () -> now);

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private void renew() {
        watch.attempt();
        watch.renewed(true);
    }

    private void renewFor(int seconds) {
        for (int passed = 0; passed < seconds; passed += 3) {
            pass(3);
            renew();
        }
    }

    @Test
    void judgesAtOnceWhenTheOthersHadTheTimeToRenew() {
        assertThat(watch.mayJudgeOthers()).isFalse();
        renew();

        assertThat(watch.mayJudgeOthers()).isTrue();
    }

    @Test
    void waitsForALeaseAfterTheServerHasStarted() {
        watch.attempt();
        watch.renewed(false);

        assertThat(watch.mayJudgeOthers()).isFalse();
        renewFor(12);
        assertThat(watch.mayJudgeOthers()).isFalse();
        renewFor(3);
        assertThat(watch.mayJudgeOthers()).isTrue();
    }

    @Test
    void waitsForALeaseAfterAFailedRenewal() {
        renew();
        renewFor(60);
        watch.attempt();
        pass(3);
        renew();

        assertThat(watch.mayJudgeOthers()).isFalse();
        renewFor(15);
        assertThat(watch.mayJudgeOthers()).isTrue();
    }

    @Test
    void waitsForALeaseAfterAPause() {
        renew();
        renewFor(60);
        pass(8);

        assertThat(watch.mayJudgeOthers()).isFalse();
        renew();
        assertThat(watch.mayJudgeOthers()).isFalse();
    }

    @Test
    void aLeaseIsValidForItsLengthFromTheQuestionOn() {
        assertThat(watch.isValid()).isFalse();
        watch.attempt();
        pass(10);
        watch.renewed(true);
        pass(4);
        assertThat(watch.isValid()).isTrue();
        pass(1);

        assertThat(watch.isValid()).isFalse();
    }
}
