package io.filemill.db.queue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Keeps the rate at which the whole cluster calls a service, by the limit of the scope {@code sink} with its name. Permits are promised in
 * advance, in the order in which they are asked for, so that the rate is exact whoever asks. Each reservation is one transaction of its own
 * or part of the caller's. Safe for use by several threads.
 */
public final class SinkPermits {
    private static final double SHORTEST_BURST_SECONDS = 0.25;

    private final JdbcClient jdbc;
    private final CountDownLatch never = new CountDownLatch(1);

    public SinkPermits(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes permits, and says how long to wait before the call that they are for. They are taken whether the call is made or not.
     *
     * @param permits at least 1; say, one for each request, or one for each token that a model is sent
     * @return zero if there is no limit or enough is left of it
     */
    public Duration reserve(String sink, int permits) {
        return jdbc.sql("""
                with settings as (
                    select rate_per_second as rate, coalesce(burst, greatest(1, :burstSeconds * rate_per_second)) as burst
                    from queue_limit
                    where scope = 'sink' and name in (:sink, '*') and rate_per_second is not null
                    order by name = '*'
                    limit 1),
                reserved as (
                    insert into queue_bucket (scope, name, tokens, refilled_at)
                    select 'sink', :sink, burst - :permits, clock_timestamp() from settings
                    on conflict (scope, name) do update
                    set tokens = least((select burst from settings), queue_bucket.tokens + (select rate from settings)
                                 * greatest(0, extract(epoch from clock_timestamp() - queue_bucket.refilled_at))) - :permits,
                        refilled_at = greatest(queue_bucket.refilled_at, clock_timestamp())
                    returning tokens)
                select coalesce((select greatest(0, -tokens) / (select rate from settings) from reserved), 0)
                """)
                .param("sink", sink)
                .param("permits", permits)
                .param("burstSeconds", SHORTEST_BURST_SECONDS)
                .query((row, number) -> Feeder.duration(row.getDouble(1)))
                .single();
    }

    /**
     * As {@link #reserve}, and waits.
     *
     * @throws InterruptedException if the file is stopped meanwhile; its permits are lost
     */
    public void await(String sink, int permits) throws InterruptedException {
        Duration wait = reserve(sink, permits);
        if (!wait.isZero()) {
            boolean ignored = never.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** How many may come at once where nothing else is said. */
    static double usualBurst(double ratePerSecond) {
        return Math.max(1, SHORTEST_BURST_SECONDS * ratePerSecond);
    }
}
