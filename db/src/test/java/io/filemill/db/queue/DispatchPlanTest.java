package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.queue.Allowance.Bucket;
import io.filemill.db.queue.Allowance.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DispatchPlanTest {
    private final List<WaitingTask> tasks = new ArrayList<>();
    private int slots = 20;
    private final Map<String, Allowance> ofUsers = new HashMap<>();
    private final Map<String, Allowance> ofProcessors = new HashMap<>();

    private WaitingTask task(String user, int priority, int waiting) {
        return task(user, "noop", priority, waiting, 0, 0);
    }

    private WaitingTask task(String user, String processor, int priority, int waiting, int inFlight, double recent) {
        var task = new WaitingTask(new UUID(0, tasks.size() + 1), user, processor, priority, waiting, inFlight, recent);
        tasks.add(task);
        return task;
    }

    private List<WaitingTask> plan(int places) {
        return plan(places, () -> false);
    }

    private List<WaitingTask> plan(int places, BooleanSupplier outOfTurn) {
        return new DispatchPlan(
                        tasks,
                        slots,
                        user -> ofUsers.getOrDefault(user, Allowance.UNLIMITED),
                        processor -> ofProcessors.getOrDefault(processor, Allowance.UNLIMITED),
                        outOfTurn)
                .next(places);
    }

    private static Map<String, Long> filesOfUsers(List<WaitingTask> plan) {
        return plan.stream().collect(Collectors.groupingBy(WaitingTask::userId, Collectors.counting()));
    }

    @Test
    void servesAHigherPriorityFirst() {
        WaitingTask bulk = task("ann", 0, 100);
        WaitingTask urgent = task("bob", 9, 2);

        assertThat(plan(4)).containsExactly(urgent, urgent, bulk, bulk);
    }

    @Test
    void usersTakeTurns() {
        WaitingTask first = task("ann", 5, 100);
        WaitingTask second = task("bob", 5, 100);

        assertThat(plan(5)).containsExactly(first, second, first, second, first);
    }

    @Test
    void aUserWithManyTasksHasNoMoreTurns() {
        IntStream.range(0, 9).forEach(i -> task("ann", 5, 100));
        task("bob", 5, 100);

        assertThat(filesOfUsers(plan(100))).isEqualTo(Map.of("ann", 50L, "bob", 50L));
    }

    @Test
    void tasksOfAUserTakeTurnsTheOldestFirst() {
        WaitingTask older = task("ann", 5, 100);
        WaitingTask newer = task("ann", 5, 1);

        assertThat(plan(4)).containsExactly(older, newer, older, older);
    }

    @Test
    void whatIsInFlightCounts() {
        task("ann", "noop", 5, 100, 8, 0);
        task("bob", 5, 100);

        assertThat(filesOfUsers(plan(4))).isEqualTo(Map.of("bob", 4L));
        assertThat(filesOfUsers(plan(12))).isEqualTo(Map.of("ann", 2L, "bob", 10L));
    }

    @Test
    void whatIsInFlightOfATaskThatWaitsForNothingCountsForItsUser() {
        task("ann", "noop", 5, 0, 6, 0);
        task("ann", 5, 100);
        task("bob", 5, 100);

        assertThat(filesOfUsers(plan(6))).isEqualTo(Map.of("bob", 6L));
    }

    @Test
    void whoGotManyFilesLatelyWaitsForTheOthers() {
        task("ann", "noop", 5, 100, 0, 40.5);
        task("bob", "noop", 5, 10, 0, 1.5);

        assertThat(filesOfUsers(plan(10))).isEqualTo(Map.of("bob", 10L));
    }

    @Test
    void aShareThatNobodyUsesIsBorrowed() {
        task("ann", "noop", 5, 100, 50, 1000);
        task("bob", 5, 3);

        assertThat(filesOfUsers(plan(20))).isEqualTo(Map.of("ann", 17L, "bob", 3L));
    }

    @Test
    void aPlaceOutOfTurnGoesToTheUserWhoIsNextWhateverThePriority() {
        WaitingTask low = task("ann", 0, 100);
        WaitingTask high = task("bob", 9, 100);
        task("bob", 8, 100);

        assertThat(plan(3, List.of(false, true, false).iterator()::next)).containsExactly(high, low, high);
    }

    @Test
    void noPlaceIsGivenOutOfTurnWhileLowerPrioritiesHaveATenthOfTheSlots() {
        WaitingTask low = task("ann", "noop", 0, 100, 1, 0);
        WaitingTask high = task("bob", "noop", 9, 100, 7, 0);

        assertThat(plan(3, () -> true)).containsExactly(low, high, high);
        slots = 8;
        assertThat(plan(3, () -> true)).containsExactly(high, high, high);
    }

    @Test
    void aLowPriorityIsNeverStarved() {
        task("ann", 9, 1_000_000);
        task("bob", 0, 1_000_000);
        slots = 1_000_000;
        var random = new SplittableRandom(1);

        Map<String, Long> files = filesOfUsers(plan(10_000, () -> random.nextDouble() < 0.1));

        assertThat(files.get("bob")).isBetween(850L, 1150L);
    }

    @Test
    void aLimitOfAUserLeavesTheRestToOthers() {
        task("ann", 9, 100);
        task("bob", 5, 100);
        ofUsers.put("ann", new Allowance(3, null));

        assertThat(filesOfUsers(plan(10))).isEqualTo(Map.of("ann", 3L, "bob", 7L));
        assertThat(ofUsers.get("ann").refusal()).isEqualTo(Refusal.RUNNING);
    }

    @Test
    void aLimitOfAProcessorLeavesTheRestToOtherTasksOfTheUser() {
        WaitingTask slow = task("ann", "slow", 5, 100, 0, 0);
        WaitingTask fast = task("ann", "fast", 5, 100, 0, 0);
        ofProcessors.put("slow", new Allowance(1, null));

        assertThat(plan(4)).containsExactly(slow, fast, fast, fast);
    }

    @Test
    void aRateAllowsWholeFilesOnlyAndTellsWhenTheNextOneMayCome() {
        task("ann", 5, 100);
        var allowance = new Allowance(Integer.MAX_VALUE, new Bucket(10, 2.5));
        ofUsers.put("ann", allowance);

        assertThat(plan(10)).hasSize(2);
        assertThat(allowance.refusal()).isEqualTo(Refusal.RATE);
        assertThat(allowance.secondsUntilNext()).isEqualTo(0.05);
    }

    @Test
    void givesNoMoreThanThereIs() {
        task("ann", 5, 2);
        task("bob", 9, 1);
        task("cid", 5, 0);

        assertThat(plan(100)).hasSize(3);
        assertThat(plan(100, () -> true)).hasSize(3);
    }

    @Test
    void plansForThousandsOfTasks() {
        IntStream.range(0, 4000).forEach(i -> task("user " + i % 7, i % 10, 25));

        assertThat(plan(1024)).hasSize(1024);
    }
}
