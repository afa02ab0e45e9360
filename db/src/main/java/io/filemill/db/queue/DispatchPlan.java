package io.filemill.db.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * In which order tasks give their next file: by priority; within one, the user first who has and lately had the fewest files; and of that
 * user the task that has the fewest, the oldest first. Now and then a place goes to whoever is next whatever the priority, so that nobody
 * starves, unless files of lower priorities have enough of the slots already. A share that somebody does not use is everybody's. For use by
 * one thread.
 */
final class DispatchPlan {
    /** Up to what part of the slots, and at least one, files of lower priorities are given a place before those of a higher one. */
    private static final double LARGEST_LOWER_SHARE = 0.1;

    private final TreeMap<Integer, Integer> inFlight = new TreeMap<>();
    private final TreeMap<Integer, Turns> byPriority = new TreeMap<>(Comparator.reverseOrder());
    private final Turns whateverThePriority = new Turns();
    private final int slots;
    private final BooleanSupplier outOfTurn;

    /**
     * @param tasks the oldest first
     * @param slots how many files the cluster can run at once
     * @param ofUser what the limits of a user allow
     * @param ofProcessor what the limits of a processor allow
     * @param outOfTurn whether the next place goes to the file that is next whatever its priority
     */
    DispatchPlan(
            List<WaitingTask> tasks,
            int slots,
            Function<String, Allowance> ofUser,
            Function<String, Allowance> ofProcessor,
            BooleanSupplier outOfTurn) {
        this.slots = slots;
        this.outOfTurn = outOfTurn;
        Map<String, User> users = new HashMap<>();
        for (WaitingTask task : tasks) {
            User user = users.computeIfAbsent(task.userId(), id -> new User(ofUser.apply(id), task.recentOfUser()));
            user.load += task.inFlight();
            inFlight.merge(task.priority(), task.inFlight(), Integer::sum);
        }
        for (WaitingTask task : tasks) {
            if (task.waiting() > 0) {
                User user = Objects.requireNonNull(users.get(task.userId()));
                var queue = new Queue(task, ofProcessor.apply(task.processor()));
                byPriority
                        .computeIfAbsent(task.priority(), priority -> new Turns())
                        .add(user, queue);
                whateverThePriority.add(user, queue);
            }
        }
        byPriority.values().forEach(Turns::begin);
        whateverThePriority.begin();
    }

    /** The tasks that give the next files, one entry for each file; fewer than asked for if there are not so many, or limits forbid it. */
    List<WaitingTask> next(int places) {
        List<WaitingTask> plan = new ArrayList<>();
        while (plan.size() < places && !byPriority.isEmpty()) {
            Turns turns = outOfTurn.getAsBoolean() && lowerPrioritiesHaveLittle()
                    ? whateverThePriority
                    : byPriority.firstEntry().getValue();
            WaitingTask task = turns.take();
            if (task != null) {
                plan.add(task);
                inFlight.merge(task.priority(), 1, Integer::sum);
            } else if (turns == whateverThePriority) {
                break;
            } else {
                byPriority.pollFirstEntry();
            }
        }
        return plan;
    }

    private boolean lowerPrioritiesHaveLittle() {
        int lower = inFlight.headMap(byPriority.firstKey()).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        return lower < Math.max(1, LARGEST_LOWER_SHARE * slots);
    }

    private static final class User {
        private final Allowance allowance;
        private double load;

        User(Allowance allowance, double recent) {
            this.allowance = allowance;
            this.load = recent;
        }
    }

    private static final class Queue {
        private final WaitingTask task;
        private final Allowance processor;
        private int left;
        private double inFlight;

        Queue(WaitingTask task, Allowance processor) {
            this.task = task;
            this.processor = processor;
            this.left = task.waiting();
            this.inFlight = task.inFlight();
        }
    }

    /** The tasks of one user at one priority, or at all. */
    private record Share(User user, Line<Queue> queues) {}

    /** Users who take turns. */
    private static final class Turns {
        private final Map<User, Share> shares = new HashMap<>();
        private final List<Share> inOrder = new ArrayList<>();
        private final Line<Share> line = new Line<>(share -> share.user.load);

        void add(User user, Queue queue) {
            Share share = shares.computeIfAbsent(user, key -> {
                var added = new Share(key, new Line<>(waiting -> waiting.inFlight));
                inOrder.add(added);
                return added;
            });
            share.queues.add(queue);
        }

        void begin() {
            inOrder.forEach(line::add);
        }

        @Nullable
        WaitingTask take() {
            for (Share share = line.first(); share != null; share = line.first()) {
                Queue queue = share.user.allowance.has() ? firstThatMayRun(share.queues) : null;
                if (queue != null) {
                    share.user.allowance.give();
                    queue.processor.give();
                    share.user.load++;
                    queue.inFlight++;
                    queue.left--;
                    return queue.task;
                }
                line.removeFirst();
            }
            return null;
        }

        private static @Nullable Queue firstThatMayRun(Line<Queue> queues) {
            for (Queue queue = queues.first(); queue != null; queue = queues.first()) {
                if (queue.left > 0 && queue.processor.has()) {
                    return queue;
                }
                queues.removeFirst();
            }
            return null;
        }
    }

    /** Those with the least first, those with equally much in the order in which they were added. What one has may only grow. */
    private static final class Line<T> {
        private final ToDoubleFunction<T> load;
        private final PriorityQueue<Entry<T>> entries = new PriorityQueue<>(
                Comparator.<Entry<T>>comparingDouble(Entry::load).thenComparingInt(Entry::number));
        private int added;

        private record Entry<T>(T value, double load, int number) {}

        Line(ToDoubleFunction<T> load) {
            this.load = load;
        }

        void add(T value) {
            entries.add(new Entry<>(value, load.applyAsDouble(value), added++));
        }

        @Nullable
        T first() {
            for (Entry<T> entry = entries.peek(); entry != null; entry = entries.peek()) {
                double now = load.applyAsDouble(entry.value);
                if (now <= entry.load) {
                    return entry.value;
                }
                entries.remove();
                entries.add(new Entry<>(entry.value, now, entry.number));
            }
            return null;
        }

        void removeFirst() {
            entries.remove();
        }
    }
}
