package io.filemill.worker.isolation;

import io.filemill.worker.isolation.ChildMetrics.End;
import io.filemill.worker.isolation.ChildOutcome.Answered;
import io.filemill.worker.isolation.ChildOutcome.Stalled;
import io.filemill.worker.isolation.ChildOutcome.TimedOut;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Child processes of one kind, at most one per slot, started when they are needed and used again until they fail, grow old or idle.
 *
 * <p>Safe for use by several threads. A call that finds no free slot waits for one. Whatever a child does, its call ends at the limits
 * at the latest, its process and its descendants are killed, and the slot is free again.
 */
public final class ChildPool implements AutoCloseable {
    /** How often the memory of a child at work is looked at. */
    private static final long LOOK_NANOS = 250_000_000;

    private final ChildOptions options;
    private final int size;
    private final Semaphore slots;
    private final Deque<Child> idle = new ConcurrentLinkedDeque<>();
    private final Set<Child> all = ConcurrentHashMap.newKeySet();
    private final ChildMetrics metrics;
    private final Executor threads;
    private volatile boolean closed;

    /** Creates a pool without any child yet, which tells nobody what becomes of them. */
    public ChildPool(ChildOptions options, int slots) {
        this(options, slots, new SimpleMeterRegistry());
    }

    /** Creates a pool without any child yet, which counts its children in the given meters. */
    public ChildPool(ChildOptions options, int slots, MeterRegistry meters) {
        metrics = new ChildMetrics(meters, all::size);
        this.options = options;
        size = slots;
        this.slots = new Semaphore(slots);
        threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "child-pipe");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Sends one request to a child and waits for its answer.
     *
     * @throws IOException if no process could be started, or the pool was closed
     * @throws InterruptedException if the thread was interrupted; the child is killed
     */
    public <T> ChildOutcome<T> call(byte[] request, AnswerReader<T> reader, CallLimits limits)
            throws IOException, InterruptedException {
        slots.acquire();
        try {
            var child = takeIdle();
            return call(child == null ? start(options.heapMegabytes()) : child, true, request, reader, limits);
        } finally {
            slots.release();
        }
    }

    /**
     * As {@link #call}, but with a new child that serves this call only and may have another heap.
     *
     * @param heapMegabytes the most that the child's heap may take
     */
    public <T> ChildOutcome<T> callAlone(byte[] request, AnswerReader<T> reader, CallLimits limits, int heapMegabytes)
            throws IOException, InterruptedException {
        slots.acquire();
        try {
            return call(start(heapMegabytes), false, request, reader, limits);
        } finally {
            slots.release();
        }
    }

    /** How many calls are under way. */
    int slotsInUse() {
        return size - slots.availablePermits();
    }

    /** What the children of this pool are. */
    public ChildOptions options() {
        return options;
    }

    /** Kills all children. Calls that are under way, and later ones, end in an {@link IOException}. May be called twice. */
    @Override
    public void close() {
        closed = true;
        all.forEach(child -> discard(child, End.CLOSED));
    }

    private <T> ChildOutcome<T> call(
            Child child, boolean reusable, byte[] request, AnswerReader<T> reader, CallLimits limits)
            throws IOException, InterruptedException {
        var end = End.INTERRUPTED;
        try {
            var outcome = await(child, request, reader, limits);
            end = End.after(outcome);
            return outcome;
        } finally {
            if (end == End.WORN_OUT && reusable && child.isUsable()) {
                giveBack(child);
            } else {
                discard(child, end);
            }
        }
    }

    private <T> ChildOutcome<T> await(Child child, byte[] request, AnswerReader<T> reader, CallLimits limits)
            throws IOException, InterruptedException {
        var exchange = new FutureTask<>(() -> child.exchange(request, reader));
        var deadline = System.nanoTime() + limits.time().toNanos();
        child.begin();
        threads.execute(exchange);
        while (true) {
            var left = deadline - System.nanoTime();
            var patience = limits.stall().toNanos() - child.silence();
            try {
                var nextLook = Math.min(LOOK_NANOS, Math.min(left, patience));
                return new Answered<>(exchange.get(Math.max(nextLook, 0), TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                var crash = child.<T>crash(e.getCause() == null ? e : e.getCause());
                failIfClosed();
                return crash;
            } catch (TimeoutException e) {
                if (left <= 0) {
                    return new TimedOut<>();
                }
                if (patience <= 0) {
                    return new Stalled<>(limits.stall());
                }
                if (child.isTooLarge()) {
                    return child.tooLarge();
                }
            }
        }
    }

    private Child start(int heapMegabytes) throws IOException {
        failIfClosed();
        var child = Child.start(options, heapMegabytes, threads);
        all.add(child);
        metrics.started();
        if (closed) {
            discard(child, End.CLOSED);
        }
        failIfClosed();
        return child;
    }

    private void failIfClosed() throws IOException {
        if (closed) {
            throw new IOException("The pool of child processes is closed");
        }
    }

    private @Nullable Child takeIdle() {
        for (var child = idle.pollFirst(); child != null; child = idle.pollFirst()) {
            if (child.isUsable()) {
                return child;
            }
            discard(child, End.WORN_OUT);
        }
        return null;
    }

    private void giveBack(Child child) {
        var calls = child.calls();
        idle.addFirst(child);
        CompletableFuture.delayedExecutor(options.idleLimit().toMillis(), TimeUnit.MILLISECONDS, threads)
                .execute(() -> endIfIdleSince(child, calls));
    }

    private void endIfIdleSince(Child child, int calls) {
        if (child.calls() == calls && idle.remove(child)) {
            if (child.calls() == calls) {
                discard(child, End.IDLE);
            } else {
                idle.addFirst(child); // it served a call in between and is idle only for a moment
            }
        }
    }

    private void discard(Child child, End end) {
        child.kill();
        if (all.remove(child)) {
            metrics.ended(end);
        }
    }
}
