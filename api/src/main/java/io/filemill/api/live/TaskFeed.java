package io.filemill.api.live;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.Outage;
import io.filemill.db.task.TaskChanges;
import io.filemill.db.task.TaskChanges.Changes;
import io.filemill.db.task.TaskChanges.Known;
import io.filemill.db.task.TaskChanges.Moment;
import io.filemill.db.task.UploadTask;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Tells listeners in this process what changes of the tasks that they watch, wherever it was changed. One thread asks the database twice a
 * second, in one statement for all listeners, as long as there is one. Safe for use by several threads.
 *
 * <p>It starts last and stops first, so that a stopping web server has no listener to wait for.
 */
@Component
public final class TaskFeed implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(TaskFeed.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);
    private static final Duration BEAT_INTERVAL = Duration.ofSeconds(15);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);
    private static final int MOST_LISTENERS = 4000;

    private final TaskChanges changes;
    private final Duration beatInterval;
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    private final Semaphore wakeUps = new Semaphore(0);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "task-feed");
    private volatile boolean started;

    // The rest belongs to the thread.
    private final Map<UUID, Told> told = new HashMap<>();
    private @Nullable Moment last;
    private boolean away;

    @Autowired
    TaskFeed(TaskChanges changes) {
        this(changes, BEAT_INTERVAL);
    }

    TaskFeed(TaskChanges changes, Duration beatInterval) {
        this.changes = changes;
        this.beatInterval = beatInterval;
        thread.setDaemon(true);
    }

    /** What was told last of a task. */
    private record Told(String userId, String version, int running, boolean ended) {
        static Told of(UploadTask task) {
            return new Told(
                    task.userId(),
                    task.version(),
                    task.runningFiles(),
                    task.status().isFinal());
        }
    }

    /** A listener and what it watches. */
    public final class Subscription implements AutoCloseable {
        private final @Nullable UUID task;
        private final @Nullable String userId;
        private final TaskListener listener;
        private final Moment since;
        private boolean fresh = true; // belongs to the thread

        private Subscription(@Nullable UUID task, @Nullable String userId, Moment since, TaskListener listener) {
            this.task = task;
            this.userId = userId;
            this.since = since;
            this.listener = listener;
        }

        private boolean watches(UploadTask changed) {
            return changed.id().equals(task) || changed.userId().equals(userId);
        }

        /** Ends it; may be called again. The listener may be in a call at the time. */
        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    /**
     * Tells a listener whatever changes of a task.
     *
     * @param since the moment at which the caller read it
     */
    public Subscription watchTask(UUID id, Moment since, TaskListener listener) {
        return subscribe(new Subscription(id, null, since, listener));
    }

    /**
     * Tells a listener whatever changes of a user's tasks, new ones included.
     *
     * @param since the moment at which the caller read them
     */
    public Subscription watchUser(String userId, Moment since, TaskListener listener) {
        return subscribe(new Subscription(null, userId, since, listener));
    }

    /** How many listeners there are. */
    public int listeners() {
        return subscriptions.size();
    }

    /**
     * Refuses a request that would become a listener beyond the limit.
     *
     * @throws ProblemException if there are too many
     */
    public void checkRoom() {
        if (subscriptions.size() >= MOST_LISTENERS) {
            throw new ProblemException(
                    ProblemType.TOO_MANY_LISTENERS,
                    "This server tells " + MOST_LISTENERS
                            + " clients of changes already. Ask without wait, or try again later or at another server.");
        }
    }

    private Subscription subscribe(Subscription subscription) {
        subscriptions.add(subscription);
        wakeUps.release();
        if (isStopped() && subscriptions.remove(subscription)) {
            subscription.listener.stopping();
        }
        return subscription;
    }

    private void run() {
        long lastBeat = System.nanoTime();
        try {
            while (!isStopped()) {
                if (subscriptions.isEmpty()) {
                    told.clear();
                    last = null;
                    wakeUps.acquire();
                    lastBeat = System.nanoTime();
                }
                wakeUps.drainPermits();
                if (System.nanoTime() - lastBeat >= beatInterval.toNanos()) {
                    lastBeat = System.nanoTime();
                    beat();
                }
                tryLook();
                boolean ignored = stopped.await(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        told.values()
                .removeIf(task ->
                        task.running > 0); // so that they are told again, since how fast they are changes by itself
        subscriptions.forEach(subscription -> call(subscription, TaskListener::beat));
    }

    private void tryLook() {
        try {
            look();
            away = false;
        } catch (RuntimeException e) {
            if (isStopped()) {
                return;
            }
            if (!Outage.caused(e)) {
                LOG.atError().setCause(e).log("Listeners could not be told what changed, will try again");
            } else if (!away) {
                LOG.atWarn()
                        .addKeyValue("reason", e.getMessage())
                        .log("Listeners are told nothing while the database is away");
            }
            away = true;
        }
    }

    /** Asks once, and tells each listener what is news to it. */
    private void look() {
        List<Subscription> present = List.copyOf(subscriptions);
        if (present.isEmpty()) {
            return;
        }
        Set<UUID> tasks = new HashSet<>();
        Set<String> users = new HashSet<>();
        Moment since = last;
        for (Subscription subscription : present) {
            if (subscription.task != null) {
                tasks.add(subscription.task);
            } else if (subscription.userId != null) {
                users.add(subscription.userId);
            }
            if (subscription.fresh) {
                since = since == null ? subscription.since : earlier(since, subscription.since);
            }
        }
        if (since == null) {
            return;
        }
        told.entrySet().removeIf(entry -> !tasks.contains(entry.getKey()) && !users.contains(entry.getValue().userId));
        Changes found = changes.since(new Known(since, runningAsTold()), tasks, users);
        tell(found, present);
        last = found.moment();
    }

    private static Moment earlier(Moment one, Moment other) {
        Instant readAt = one.readAt().isBefore(other.readAt()) ? one.readAt() : other.readAt();
        return new Moment(Math.min(one.cursor(), other.cursor()), readAt, one.pauses());
    }

    private Map<UUID, Integer> runningAsTold() {
        Map<UUID, Integer> running = new HashMap<>();
        told.forEach((id, task) -> {
            if (task.running > 0) {
                running.put(id, task.running);
            }
        });
        return running;
    }

    private void tell(Changes found, List<Subscription> present) {
        Set<UUID> news = new HashSet<>();
        Set<UUID> all = new HashSet<>();
        for (UploadTask task : found.tasks()) {
            all.add(task.id());
            Told now = Told.of(task);
            if (!now.equals(told.put(task.id(), now))) {
                news.add(task.id());
            }
        }
        told.entrySet().removeIf(entry -> entry.getValue().ended && !all.contains(entry.getKey()));
        for (Subscription subscription : present) {
            List<UploadTask> forIt = found.tasks().stream()
                    .filter(task -> subscription.watches(task) && (subscription.fresh || news.contains(task.id())))
                    .toList();
            subscription.fresh = false;
            if (!forIt.isEmpty()) {
                call(
                        subscription,
                        listener -> listener.changed(forIt, found.moment().cursor()));
            }
        }
    }

    /** What one listener does wrong must not be felt by the others. */
    private static void call(Subscription subscription, Consumer<TaskListener> call) {
        try {
            call.accept(subscription.listener);
        } catch (RuntimeException e) {
            if (Outage.caused(e)) {
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("A listener is sent away, the database is away");
            } else {
                LOG.atError().setCause(e).log("A listener failed and is sent away");
            }
            subscription.close();
            subscription.listener.stopping();
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    @Override
    public void start() {
        started = true;
        thread.start();
    }

    /** Tells the listeners, who go. */
    @Override
    public void stop() {
        stopped.countDown();
        wakeUps.release();
        for (Subscription subscription : List.copyOf(subscriptions)) {
            if (subscriptions.remove(subscription)) {
                call(subscription, TaskListener::stopping);
            }
        }
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return started && !isStopped();
    }
}
