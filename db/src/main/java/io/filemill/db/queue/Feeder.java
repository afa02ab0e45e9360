package io.filemill.db.queue;

import io.filemill.db.KeptPlans;
import io.filemill.db.notification.Channel;
import io.filemill.db.task.ClaimedFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jobrunr.jobs.Job;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives the file tasks that are due to JobRunr, in the order of docs/adr/0018-serve-who-had-least.md and within the limits. Either into a
 * small window of jobs that any node may fetch, or straight to a node that asks. Marking a file and storing its job are one transaction.
 *
 * <p>Any process may do so at any time; an advisory lock lets one at a time do it, and the others return at once. Safe for use by several
 * threads.
 */
public final class Feeder {
    private static final int SMALLEST_WINDOW = 8;
    private static final int WINDOW_WITHOUT_NODES = 64;
    private static final int LARGEST_TAKE = 1024;

    /** One file in ten is the next whatever its priority. */
    private static final double OUT_OF_TURN = 0.1;

    /** A task may have fewer files that are due than it has waiting; each further round knows better which ones have some. */
    private static final int ROUNDS = 4;

    private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);

    /** The end of a file on another node gives no sign. */
    private static final Duration WAIT_FOR_ENDS = Duration.ofMillis(500);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final BooleanSupplier outOfTurn;
    private final FileJobs jobs;
    private final Window window;
    private final DispatchRows rows;

    public Feeder(JdbcClient jdbc, TransactionTemplate transaction) {
        this(jdbc, transaction, () -> ThreadLocalRandom.current().nextDouble() < OUT_OF_TURN);
    }

    /**
     * @param outOfTurn whether the next place goes to the file that is next whatever its priority
     */
    public Feeder(JdbcClient jdbc, TransactionTemplate transaction, BooleanSupplier outOfTurn) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.outOfTurn = outOfTurn;
        this.jobs = new FileJobs(jdbc);
        this.window = new Window(jdbc);
        this.rows = new DispatchRows(jdbc);
    }

    /** A file that a node has taken, and the job that runs it. */
    public record TakenFile(ClaimedFile file, Job job) {}

    /**
     * What a node got.
     *
     * @param files they are running on the node now
     * @param enqueued how many jobs were put into the window instead, to be fetched
     * @param next when to ask again
     */
    public record Taken(List<TakenFile> files, int enqueued, Next next) {
        /** Nothing. */
        public static final Taken NOTHING = new Taken(List.of(), 0, Next.WHEN_WOKEN);
    }

    /**
     * When it is worth asking for files again.
     *
     * @param busy at once, because another process was at it
     * @param delay after this time, because files wait for a time or a rate; null if none do
     * @param atEnd when a file ends, because as many run as may
     */
    public record Next(boolean busy, @Nullable Duration delay, boolean atEnd) {
        static final Next WHEN_WOKEN = new Next(false, null, false);
        static final Next AT_ONCE = new Next(true, null, false);
    }

    /**
     * Dispatches what fits into the window, and wakes the nodes at the commit if it dispatched anything. Joins the caller's transaction or
     * opens its own. Never waits for a lock.
     *
     * @return how many files it dispatched
     */
    public int feed() {
        return transaction.execute(status -> {
            if (!window.tryLock()) {
                return 0;
            }
            KeptPlans.use(jdbc);
            int room = room();
            if (room <= 0) {
                return 0;
            }
            List<Dispatched> dispatched = new Round(room, null).run();
            if (!dispatched.isEmpty()) {
                jobs.insert(dispatched.stream()
                        .map(Dispatched::file)
                        .map(file -> FileJobs.enqueued(new FileTaskJob(file.id(), file.attempt()), file.filename()))
                        .toList());
                Channel.WORK.send(jdbc, "");
            }
            return dispatched.size();
        });
    }

    /**
     * Gives files to a node in one step: {@code pending → running}, each with a JobRunr job that this node processes already. A file whose
     * node died is enqueued instead, and claimed when it starts, so that a second death is counted only on what really ran. Never waits for
     * a lock. A node whose lease has run out gets nothing.
     *
     * @param room how many files at most
     */
    public Taken take(TakingNode node, int room) {
        return transaction.execute(status -> {
            if (!window.tryLock()) {
                return new Taken(List.of(), 0, Next.AT_ONCE);
            }
            KeptPlans.use(jdbc);
            var round = new Round(Math.min(room, LARGEST_TAKE), node.id());
            List<Dispatched> dispatched = round.run();
            List<Job> jobs = new ArrayList<>(dispatched.size());
            List<TakenFile> taken = new ArrayList<>(dispatched.size());
            for (Dispatched one : dispatched) {
                ClaimedFile file = one.file();
                var job = new FileTaskJob(file.id(), file.attempt());
                if (one.taken()) {
                    taken.add(new TakenFile(file, FileJobs.processing(job, file.filename(), node)));
                    jobs.add(taken.get(taken.size() - 1).job());
                } else {
                    jobs.add(FileJobs.enqueued(job, file.filename()));
                }
            }
            if (!jobs.isEmpty()) {
                this.jobs.insert(jobs);
            }
            return new Taken(taken, jobs.size() - taken.size(), round.next());
        });
    }

    /**
     * How many files may still be dispatched: one for each slot of the cluster, less those that wait in JobRunr already. They run in the order
     * in which they were dispatched, whoever comes later.
     */
    private int room() {
        return jdbc.sql("""
                select greatest(:smallest, (
                           select coalesce(sum(slots), :withoutNodes) from worker_node
                           where status = 'active' and lease_expires_at > now()))
                       - (select count(*) from file_task where status = 'pending' and dispatched_at is not null)
                """)
                .param("smallest", SMALLEST_WINDOW)
                .param("withoutNodes", WINDOW_WITHOUT_NODES)
                .query(Integer.class)
                .single();
    }

    /** A time span of the database's, which counts in seconds. */
    static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    /**
     * @param taken whether it is running now; else it is pending
     */
    record Dispatched(ClaimedFile file, boolean taken) {}

    /** One choice of files, in one transaction. */
    private final class Round {
        private final int room;
        private final @Nullable UUID nodeId;
        private @Nullable Duration wait;
        private boolean atEnd;

        /**
         * @param nodeId the node that takes the files; null to leave them pending
         */
        Round(int room, @Nullable UUID nodeId) {
            this.room = room;
            this.nodeId = nodeId;
        }

        List<Dispatched> run() {
            List<Dispatched> dispatched = new ArrayList<>();
            boolean fellShort = false;
            boolean more = true;
            for (int i = 0; i < ROUNDS && more && dispatched.size() < room; i++) {
                int places = room - dispatched.size();
                DispatchRows.Choice choice = rows.choice(nodeId, places, fellShort);
                Allowances allowances =
                        choice.limited() ? Allowances.read(jdbc, choice.tasks()) : Allowances.unlimited(jdbc);
                List<WaitingTask> plan = new DispatchPlan(
                                choice.tasks(), choice.slots(), allowances::ofUser, allowances::ofProcessor, outOfTurn)
                        .next(places);
                List<Dispatched> found = plan.isEmpty() ? List.of() : rows.dispatch(plan, nodeId);
                if (choice.limited()) {
                    allowances.settle(found.stream().map(Dispatched::file).toList());
                }
                dispatched.addAll(found);
                more = found.size() < plan.size();
                fellShort = fellShort || more;
                heldBack(choice, allowances);
            }
            if (fellShort && dispatched.size() < room) {
                (more ? Optional.of(SHORTEST_WAIT) : rows.nextAttempt()).ifPresent(this::waitAtMost);
            }
            return dispatched;
        }

        private void heldBack(DispatchRows.Choice choice, Allowances allowances) {
            if (choice.nextStart() != null) {
                waitAtMost(duration(choice.nextStart()));
            }
            allowances.secondsUntilARateAllows().ifPresent(seconds -> waitAtMost(duration(seconds)));
            if (allowances.waitForEnds()) {
                atEnd = true;
                waitAtMost(WAIT_FOR_ENDS);
            }
        }

        private void waitAtMost(Duration time) {
            Duration atLeast = time.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : time;
            if (wait == null || atLeast.compareTo(wait) < 0) {
                wait = atLeast;
            }
        }

        Next next() {
            return new Next(false, wait, atEnd);
        }
    }
}
