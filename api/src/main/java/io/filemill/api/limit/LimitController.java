package io.filemill.api.limit;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.queue.LimitScope;
import io.filemill.db.queue.QueueLimit;
import io.filemill.db.queue.QueueLimits;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows and changes limits, and pauses and resumes users, processors and the cluster. */
@RestController
@RequestMapping("/v1/limits")
final class LimitController {
    private static final int MAX_NAME = 255;

    private final QueueLimits limits;

    LimitController(QueueLimits limits) {
        this.limits = limits;
    }

    /** Lists the limits that are set. */
    @GetMapping
    LimitList list() {
        return new LimitList(limits.list().stream().map(LimitView::of).toList());
    }

    /** Shows the limits of a name. */
    @GetMapping("/{scope}/{name}")
    LimitView show(@PathVariable String scope, @PathVariable String name) {
        var target = Target.of(scope, name);
        return limits.find(target.scope(), target.name()).map(LimitView::of).orElseThrow(() -> notFound(target));
    }

    /** Sets all limits of a name; what is left out is no limit. */
    @PutMapping("/{scope}/{name}")
    LimitView put(@PathVariable String scope, @PathVariable String name, @RequestBody LimitRequest request) {
        var target = Target.of(scope, name);
        return LimitView.of(limits.put(target.scope(), target.name(), request.values(target.scope())));
    }

    /** Removes all limits of a name. */
    @DeleteMapping("/{scope}/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String scope, @PathVariable String name) {
        var target = Target.of(scope, name);
        if (!limits.delete(target.scope(), target.name())) {
            throw notFound(target);
        }
    }

    /** Pauses a user, a processor or the cluster: nothing starts any more until it is resumed; what runs goes on. */
    @PostMapping("/{scope}/{name}/pause")
    LimitView pause(@PathVariable String scope, @PathVariable String name) {
        var target = Target.toPause(scope, name);
        return LimitView.of(limits.pause(target.scope(), target.name()));
    }

    /** Resumes what was paused. */
    @PostMapping("/{scope}/{name}/resume")
    LimitView resume(@PathVariable String scope, @PathVariable String name) {
        var target = Target.toPause(scope, name);
        return LimitView.of(limits.resume(target.scope(), target.name()));
    }

    private static ProblemException notFound(Target target) {
        return new ProblemException(
                ProblemType.NOT_FOUND,
                "There is no limit of the " + target.scope().word() + " " + target.name()
                        + ". GET /v1/limits lists those that exist.");
    }

    private record Target(LimitScope scope, String name) {
        static Target of(String scope, String name) {
            LimitScope known = LimitScope.fromWord(scope)
                    .orElseThrow(() -> ProblemException.invalid("The scope must be one of "
                            + Stream.of(LimitScope.values())
                                    .map(LimitScope::word)
                                    .collect(Collectors.joining(", ")) + ", but is " + scope + "."));
            if (name.isBlank() || name.length() > MAX_NAME || !name.chars().allMatch(Target::isPlain)) {
                throw ProblemException.invalid(
                        "The name of a limit must have 1 to " + MAX_NAME + " characters, and no control characters.");
            }
            if (known == LimitScope.CLUSTER && !name.equals(QueueLimit.EACH)) {
                throw ProblemException.invalid("The cluster has no names. Use /v1/limits/cluster/*.");
            }
            return new Target(known, name);
        }

        private static boolean isPlain(int character) {
            return !Character.isISOControl(character) && !Character.isSurrogate((char) character);
        }

        static Target toPause(String scope, String name) {
            Target target = of(scope, name);
            if (target.scope() == LimitScope.SINK) {
                throw ProblemException.invalid("A sink cannot be paused. Pause the processor that calls it.");
            }
            if (target.scope() != LimitScope.CLUSTER && name.equals(QueueLimit.EACH)) {
                throw ProblemException.invalid("To pause everything, use POST /v1/limits/cluster/*/pause.");
            }
            return target;
        }
    }

    /** All limits that are set. */
    record LimitList(List<LimitView> limits) {}

    /**
     * The JSON of a limit; null stands for no limit.
     *
     * @param paused whether nothing of it starts
     * @param maxRunning files at the same time
     * @param ratePerSecond files, or calls of a sink, on average
     * @param burst how many at once after a pause
     * @param maxQueuedFiles files that have not ended
     * @param maxQueuedBytes uploaded bytes stored for tasks that have not ended
     */
    record LimitView(
            String scope,
            String name,
            boolean paused,
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst,
            @Nullable Long maxQueuedFiles,
            @Nullable Long maxQueuedBytes,
            Instant updatedAt) {
        static LimitView of(QueueLimit limit) {
            return new LimitView(
                    limit.scope().word(),
                    limit.name(),
                    limit.paused(),
                    limit.maxRunning(),
                    limit.ratePerSecond(),
                    limit.burst(),
                    limit.maxQueuedFiles(),
                    limit.maxQueuedBytes(),
                    limit.updatedAt());
        }
    }

    /**
     * The JSON that sets a limit; what is left out or null is no limit.
     *
     * @param maxRunning files at the same time; of a user or a processor
     * @param ratePerSecond files, or calls of a sink, on average; not of the cluster
     * @param burst how many at once after a pause; needs a rate
     * @param maxQueuedFiles files that have not ended; of a user or the cluster
     * @param maxQueuedBytes uploaded bytes stored for tasks that have not ended; of a user or the cluster
     */
    record LimitRequest(
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst,
            @Nullable Long maxQueuedFiles,
            @Nullable Long maxQueuedBytes) {
        private static final int MAX_RATE = 1_000_000;

        QueueLimit.Values values(LimitScope scope) {
            boolean runs = scope == LimitScope.USER || scope == LimitScope.PROCESSOR;
            boolean queues = scope == LimitScope.USER || scope == LimitScope.CLUSTER;
            onlyWhere(runs, "max_running", maxRunning, "users and processors");
            onlyWhere(scope != LimitScope.CLUSTER, "rate_per_second", ratePerSecond, "users, processors and sinks");
            onlyWhere(queues, "max_queued_files", maxQueuedFiles, "users and the cluster");
            onlyWhere(queues, "max_queued_bytes", maxQueuedBytes, "users and the cluster");
            require(maxRunning == null || maxRunning >= 1, "max_running must be at least 1; to stop everything, pause");
            require(
                    ratePerSecond == null || (ratePerSecond > 0 && ratePerSecond <= MAX_RATE),
                    "rate_per_second must be above 0 and at most " + MAX_RATE + "; to stop everything, pause");
            require(burst == null || (burst >= 1 && burst <= MAX_RATE), "burst must be from 1 to " + MAX_RATE);
            require(burst == null || ratePerSecond != null, "burst needs a rate_per_second beside it");
            require(maxQueuedFiles == null || maxQueuedFiles >= 0, "max_queued_files must not be negative");
            require(maxQueuedBytes == null || maxQueuedBytes >= 0, "max_queued_bytes must not be negative");
            return new QueueLimit.Values(maxRunning, ratePerSecond, burst, maxQueuedFiles, maxQueuedBytes);
        }

        private static void onlyWhere(boolean possible, String member, @Nullable Object value, String whose) {
            require(possible || value == null, member + " is possible for " + whose + " only");
        }

        private static void require(boolean holds, String rule) {
            if (!holds) {
                throw ProblemException.invalid("A limit's " + rule + ".");
            }
        }
    }
}
