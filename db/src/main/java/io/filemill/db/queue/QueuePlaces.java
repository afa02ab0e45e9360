package io.filemill.db.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where tasks stand in the queue. Looks at the queue at most once a second, however many ask, and not at all when nobody does. Safe for
 * use by several threads.
 */
public final class QueuePlaces {
    private static final Duration KEPT = Duration.ofSeconds(1);

    private final Supplier<List<WaitingTask>> queue;
    private final LongSupplier nanoTime;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Look last;

    private record Look(Places places, long nanos) {}

    public QueuePlaces(JdbcClient jdbc) {
        this(new DispatchRows(jdbc)::all, System::nanoTime);
    }

    /**
     * @param queue the tasks that have not ended, the oldest first
     */
    QueuePlaces(Supplier<List<WaitingTask>> queue, LongSupplier nanoTime) {
        this.queue = queue;
        this.nanoTime = nanoTime;
    }

    /**
     * How many files that wait, of other tasks, come before the next file of the task, if nothing else arrived and all ran equally long:
     * those of higher priorities, and within its own those of users, and of other tasks of its user, whose turn comes earlier. It leaves
     * out what limits and rates hold back, and the few places that are given whatever the priority. Up to a second old.
     *
     * @return null if no file of the task waits that may start
     */
    public @Nullable Long filesAhead(UUID task) {
        return places().filesAhead(task);
    }

    private Places places() {
        Look known = last;
        if (known != null && isFresh(known)) {
            return known.places;
        }
        looking.lock();
        try {
            known = last;
            if (known == null || !isFresh(known)) {
                long now = nanoTime.getAsLong();
                known = new Look(new Places(queue.get()), now);
                last = known;
            }
            return known.places;
        } finally {
            looking.unlock();
        }
    }

    private boolean isFresh(Look look) {
        return nanoTime.getAsLong() - look.nanos < KEPT.toNanos();
    }

    /** The queue at one instant, by the rules of {@link DispatchPlan}. */
    private static final class Places {
        private final Map<UUID, Place> places = new HashMap<>();
        private final TreeMap<Integer, Map<String, Share>> byPriority = new TreeMap<>(Comparator.reverseOrder());

        /**
         * @param number less for an older task
         */
        private record Place(WaitingTask task, int number) {}

        /** What a user has waiting at one priority. */
        private static final class Share {
            private final int number;
            private final List<Place> places = new ArrayList<>();
            private long waiting;
            private double load;

            Share(int number) {
                this.number = number;
            }

            void add(Place place) {
                places.add(place);
                waiting += place.task.waiting();
            }
        }

        Places(List<WaitingTask> tasks) {
            Map<String, Double> loads = new HashMap<>();
            for (WaitingTask task : tasks) {
                loads.putIfAbsent(task.userId(), task.recentOfUser());
                loads.merge(task.userId(), (double) task.inFlight(), Double::sum);
                if (task.waiting() > 0) {
                    var place = new Place(task, places.size());
                    places.put(task.id(), place);
                    byPriority
                            .computeIfAbsent(task.priority(), priority -> new HashMap<>())
                            .computeIfAbsent(task.userId(), user -> new Share(place.number))
                            .add(place);
                }
            }
            byPriority
                    .values()
                    .forEach(shares -> shares.forEach((user, share) -> {
                        share.load = loads.getOrDefault(user, 0.0);
                        loads.merge(user, (double) share.waiting, Double::sum); // what it will have been given by then
                    }));
        }

        @Nullable
        Long filesAhead(UUID id) {
            Place place = places.get(id);
            if (place == null) {
                return null;
            }
            int priority = place.task.priority();
            Map<String, Share> shares = byPriority.getOrDefault(priority, Map.of());
            Share own = Objects.requireNonNull(shares.get(place.task.userId()));
            long ofOwn = own.places.stream()
                    .filter(other -> other.number != place.number)
                    .mapToLong(other -> Math.min(
                            other.task.waiting(),
                            turns((double) place.task.inFlight() - other.task.inFlight(), other.number < place.number)))
                    .sum();
            long ofOthers = shares.values().stream()
                    .filter(share -> share != own)
                    .mapToLong(share ->
                            Math.min(share.waiting, turns(own.load + ofOwn - share.load, share.number < own.number)))
                    .sum();
            long ofHigherPriorities = byPriority.headMap(priority).values().stream()
                    .flatMap(higher -> higher.values().stream())
                    .mapToLong(share -> share.waiting)
                    .sum();
            return ofOwn + ofOthers + ofHigherPriorities;
        }

        /**
         * How many files one gives before another gives its next.
         *
         * @param fewer how many it has less than the other
         * @param first whether it comes first when both have as many
         */
        private static long turns(double fewer, boolean first) {
            if (fewer < 0) {
                return 0;
            }
            return first ? (long) Math.floor(fewer) + 1 : (long) Math.ceil(fewer);
        }
    }
}
