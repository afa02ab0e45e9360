package io.filemill.db.queue;

import io.filemill.db.queue.AdmissionException.What;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Bounds what users and the cluster may have in the queue. Needs the transaction of the submission. Safe for use by several threads. */
final class Admission {
    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
    private static final Duration USUAL_RETRY = Duration.ofSeconds(60);
    private static final Duration LONGEST_RETRY = Duration.ofHours(1);

    private final JdbcClient jdbc;

    Admission(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Limit(
            LimitScope scope,
            @Nullable Long files,
            @Nullable Long bytes) {}

    /**
     * @param filesPerSecond at which they ended so far
     */
    private record Queued(long files, long bytes, double filesPerSecond, double bytesPerSecond) {}

    /** What a submission asks for. */
    private record Asked(long files, long bytes) {
        static final Asked NOTHING_YET = new Asked(0, 0);
    }

    /** How many files a new task of the user may have about now; it may be more by the time that they are recorded. */
    long roomForFiles(String userId) {
        long room = Long.MAX_VALUE;
        for (Limit limit : limits(userId)) {
            if (limit.files() != null) {
                room = Math.min(
                        room,
                        Math.max(
                                0, limit.files() - queued(limit.scope(), userId).files()));
            }
        }
        return room;
    }

    /**
     * @throws AdmissionException if the user, or the cluster, has as much in the queue as it may
     */
    void requireRoom(String userId) {
        for (Limit limit : limits(userId)) {
            Queued queued = queued(limit.scope(), userId);
            if (limit.files() != null && queued.files() >= limit.files()) {
                throw refusal(What.FILES, limit, limit.files(), queued, Asked.NOTHING_YET);
            }
            if (limit.bytes() != null && queued.bytes() >= limit.bytes()) {
                throw refusal(What.BYTES, limit, limit.bytes(), queued, Asked.NOTHING_YET);
            }
        }
    }

    /**
     * Checks a task whose totals are recorded. Where there is a limit, other submissions wait here until the transaction ends.
     *
     * @throws AdmissionException if it is too much
     */
    void require(String userId, UUID id) {
        List<Limit> limits = limits(userId);
        if (limits.isEmpty()) {
            return;
        }
        jdbc.sql("select pg_advisory_xact_lock(hashtext('filemill admission'))")
                .query((row, number) -> true)
                .single();
        Asked asked = jdbc.sql("select total_files as files, stored_bytes as bytes from upload_task where id = :id")
                .param("id", id)
                .query(Asked.class)
                .single();
        for (Limit limit : limits) {
            Queued queued = queued(limit.scope(), userId);
            if (limit.files() != null && queued.files() > limit.files()) {
                throw refusal(What.FILES, limit, limit.files(), queued, asked);
            }
            if (limit.bytes() != null && asked.bytes() > 0 && queued.bytes() > limit.bytes()) {
                throw refusal(What.BYTES, limit, limit.bytes(), queued, asked);
            }
        }
    }

    private static AdmissionException refusal(What what, Limit limit, long most, Queued queued, Asked asked) {
        return switch (what) {
            case FILES -> {
                double tooMany = Math.max(1, queued.files() - most);
                yield new AdmissionException(
                        what,
                        limit.scope(),
                        most,
                        queued.files() - asked.files(),
                        asked.files(),
                        retryAfter(tooMany / queued.filesPerSecond()));
            }
            case BYTES -> {
                double tooMany = Math.max(1, queued.bytes() - most);
                yield new AdmissionException(
                        what,
                        limit.scope(),
                        most,
                        queued.bytes() - asked.bytes(),
                        asked.bytes(),
                        retryAfter(tooMany / queued.bytesPerSecond()));
            }
        };
    }

    private static Duration retryAfter(double seconds) {
        if (!Double.isFinite(seconds)) { // nothing has ended yet
            return USUAL_RETRY;
        }
        Duration time = Duration.ofSeconds((long) Math.ceil(Math.min(seconds, (double) LONGEST_RETRY.toSeconds())));
        return time.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : time;
    }

    private List<Limit> limits(String userId) {
        return jdbc.sql("""
                select scope,
                       coalesce(min(max_queued_files) filter (where name = :userId), min(max_queued_files) filter (where name = '*')) as files,
                       coalesce(min(max_queued_bytes) filter (where name = :userId), min(max_queued_bytes) filter (where name = '*')) as bytes
                from queue_limit
                where (scope = 'cluster' or scope = 'user' and name in (:userId, '*'))
                  and num_nonnulls(max_queued_files, max_queued_bytes) > 0
                group by scope
                order by scope desc
                """)
                .param("userId", userId)
                .query((row, number) -> new Limit(
                        LimitScope.fromWord(row.getString("scope")).orElseThrow(),
                        row.getObject("files", Long.class),
                        row.getObject("bytes", Long.class)))
                .list();
    }

    private Queued queued(LimitScope scope, String userId) {
        return jdbc.sql("""
                with unfinished as (
                    select total_files, processed_files, stored_bytes,
                           greatest(1, extract(epoch from clock_timestamp() - started_at)) as seconds
                    from upload_task
                    where finished_at is null and (:userId::text is null or user_id = :userId))
                select coalesce(sum(total_files - processed_files), 0)                                        as files,
                       coalesce(sum(stored_bytes), 0)                                                         as bytes,
                       coalesce(sum(processed_files / seconds), 0)                                            as files_per_second,
                       coalesce(sum(stored_bytes::float8 * processed_files / greatest(1, total_files) / seconds), 0) as bytes_per_second
                from unfinished
                """)
                .param("userId", scope == LimitScope.USER ? userId : null)
                .query(Queued.class)
                .single();
    }
}
