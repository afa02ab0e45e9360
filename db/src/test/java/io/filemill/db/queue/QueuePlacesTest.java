package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueuePlacesTest {
    private static WaitingTask task(String user, int priority, int waiting, int inFlight, double recent) {
        return new WaitingTask(UUID.randomUUID(), user, "noop", priority, waiting, inFlight, recent);
    }

    private static @Nullable Long filesAhead(WaitingTask task, List<WaitingTask> queue) {
        return new QueuePlaces(() -> queue, () -> 0).filesAhead(task.id());
    }

    @Test
    void aNewcomersFewFilesComeBeforeSomebodysMany() {
        WaitingTask many = task("ann", 5, 1_000_000, 4, 10);
        WaitingTask few = task("bob", 5, 10, 0, 0);

        assertThat(filesAhead(few, List.of(many, few))).isZero();
        assertThat(filesAhead(many, List.of(many, few))).isEqualTo(10);
    }

    @Test
    void allFilesOfHigherPrioritiesAreAhead() {
        WaitingTask urgent = task("ann", 9, 300, 0, 0);
        WaitingTask other = task("bob", 5, 10, 0, 0);

        assertThat(filesAhead(other, List.of(other, urgent))).isEqualTo(300);
        assertThat(filesAhead(urgent, List.of(other, urgent))).isZero();
    }

    @Test
    void aTaskNoneOfWhoseFilesMayStartHasNoPlace() {
        WaitingTask paused = task("ann", 5, 0, 2, 0);

        assertThat(filesAhead(paused, List.of(paused))).isNull();
        assertThat(filesAhead(task("ann", 5, 1, 0, 0), List.of(paused))).isNull();
    }

    @Test
    void saysInWhichOrderThePlanServesUsersWhoHaveEquallyMany() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            assertPlacesAreThoseOfThePlan(randomQueue(random, 1, false));
        }
    }

    @Test
    void saysInWhichOrderThePlanServesSeveralPriorities() {
        var random = new Random(8);
        for (int round = 0; round < 200; round++) {
            assertPlacesAreThoseOfThePlan(randomQueue(random, 3, true));
        }
    }

    private static List<WaitingTask> randomQueue(Random random, int priorities, boolean fractions) {
        int users = 1 + random.nextInt(4);
        double[] recent = random.doubles(users, 0, 5)
                .map(load -> fractions ? load : Math.floor(load))
                .toArray();
        List<WaitingTask> queue = new ArrayList<>();
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            int user = random.nextInt(users);
            queue.add(task(
                    "user " + user, random.nextInt(priorities), random.nextInt(12), random.nextInt(4), recent[user]));
        }
        return queue;
    }

    private static void assertPlacesAreThoseOfThePlan(List<WaitingTask> queue) {
        int files = queue.stream().mapToInt(WaitingTask::waiting).sum();
        var plan = new DispatchPlan(
                queue, 100, user -> Allowance.UNLIMITED, processor -> Allowance.UNLIMITED, () -> false);
        List<WaitingTask> order = plan.next(files);
        assertThat(order).hasSize(files);
        for (WaitingTask task : queue) {
            @Nullable Long expected = task.waiting() == 0 ? null : Long.valueOf(order.indexOf(task));
            assertThat(filesAhead(task, queue)).as("%s in %s", task, queue).isEqualTo(expected);
        }
    }

    @Test
    void looksAtTheQueueOnceASecond() {
        var looks = new AtomicInteger();
        var nanos = new AtomicLong();
        var places = new QueuePlaces(
                () -> {
                    looks.incrementAndGet();
                    return List.of();
                },
                nanos::get);

        places.filesAhead(UUID.randomUUID());
        nanos.addAndGet(Duration.ofMillis(999).toNanos());
        places.filesAhead(UUID.randomUUID());
        assertThat(looks).hasValue(1);

        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        places.filesAhead(UUID.randomUUID());
        assertThat(looks).hasValue(2);
    }
}
