package io.filemill.db.queue;

import io.filemill.db.queue.Allowance.Bucket;
import io.filemill.db.queue.Allowance.Refusal;
import io.filemill.db.task.ClaimedFile;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the limits of users and processors allow in one round of the feeder. Needs its transaction, and that nobody else feeds meanwhile, so
 * that rates are kept exactly. For use by one thread.
 */
final class Allowances {
    private final JdbcClient jdbc;
    private final Map<Name, Limit> limits = new HashMap<>();
    private final Map<Name, Allowance> allowances = new HashMap<>();
    private final Map<Name, OffsetDateTime> readAt = new HashMap<>();

    private record Name(String scope, String name) {
        static Name ofUser(WaitingTask task) {
            return new Name("user", task.userId());
        }

        static Name ofProcessor(WaitingTask task) {
            return new Name("processor", task.processor());
        }
    }

    private record Limit(
            String scope,
            String name,
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst) {
        /** Where it says nothing, what holds for each one counts. */
        Limit orElse(Limit ofEach) {
            return new Limit(
                    scope,
                    name,
                    maxRunning == null ? ofEach.maxRunning : maxRunning,
                    ratePerSecond == null ? ofEach.ratePerSecond : ratePerSecond,
                    ratePerSecond == null ? ofEach.burst : burst);
        }
    }

    private Allowances(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where nothing is limited. */
    static Allowances unlimited(JdbcClient jdbc) {
        return new Allowances(jdbc);
    }

    /** Reads the limits and what is left of the rates. */
    static Allowances read(JdbcClient jdbc, List<WaitingTask> tasks) {
        var allowances = new Allowances(jdbc);
        allowances.readLimits();
        Map<Name, Integer> inFlight = new HashMap<>();
        for (WaitingTask task : tasks) {
            inFlight.merge(Name.ofUser(task), task.inFlight(), Integer::sum);
            inFlight.merge(Name.ofProcessor(task), task.inFlight(), Integer::sum);
        }
        Map<Name, Bucket> buckets = allowances.readBuckets(inFlight.keySet().stream()
                .filter(name -> allowances.limit(name).ratePerSecond() != null)
                .toList());
        inFlight.forEach((name, files) -> {
            Integer most = allowances.limit(name).maxRunning();
            Bucket bucket = buckets.get(name);
            if (most != null || bucket != null) {
                int running = most == null ? Integer.MAX_VALUE : Math.max(0, most - files);
                allowances.allowances.put(name, new Allowance(running, bucket));
            }
        });
        return allowances;
    }

    private void readLimits() {
        jdbc.sql("""
                select scope, name, max_running, rate_per_second, burst from queue_limit
                where scope in ('user', 'processor') and num_nonnulls(max_running, rate_per_second) > 0
                """)
                .query(Limit.class)
                .list()
                .forEach(limit -> limits.put(new Name(limit.scope(), limit.name()), limit));
    }

    private Limit limit(Name name) {
        Limit ofEach = limits.getOrDefault(
                new Name(name.scope(), QueueLimit.EACH), new Limit(name.scope(), QueueLimit.EACH, null, null, null));
        Limit own = limits.get(name);
        return own == null ? ofEach : own.orElse(ofEach);
    }

    private Map<Name, Bucket> readBuckets(List<Name> names) {
        Map<Name, Bucket> buckets = new HashMap<>();
        if (names.isEmpty()) {
            return buckets;
        }
        jdbc.sql("""
                select scope, name, b.tokens, statement_timestamp() as read_at,
                       greatest(0, extract(epoch from statement_timestamp() - b.refilled_at)) as age
                from unnest(:scopes::text[], :names::text[]) as given (scope, name)
                left join queue_bucket b using (scope, name)
                """)
                .param("scopes", names.stream().map(Name::scope).toArray(String[]::new))
                .param("names", names.stream().map(Name::name).toArray(String[]::new))
                .query(row -> {
                    var name = new Name(row.getString("scope"), row.getString("name"));
                    Limit limit = limit(name);
                    double rate = limit.ratePerSecond() == null ? 0 : limit.ratePerSecond();
                    double burst = limit.burst() == null ? SinkPermits.usualBurst(rate) : limit.burst();
                    double tokens = row.getDouble("tokens");
                    boolean untouched = row.wasNull();
                    buckets.put(
                            name,
                            new Bucket(
                                    rate, untouched ? burst : Math.min(burst, tokens + rate * row.getDouble("age"))));
                    readAt.put(name, row.getObject("read_at", OffsetDateTime.class));
                });
        return buckets;
    }

    Allowance ofUser(String userId) {
        return allowances.getOrDefault(new Name("user", userId), Allowance.UNLIMITED);
    }

    Allowance ofProcessor(String processor) {
        return allowances.getOrDefault(new Name("processor", processor), Allowance.UNLIMITED);
    }

    /** Writes down what was really given. */
    void settle(List<ClaimedFile> given) {
        Map<Name, Integer> files = new HashMap<>();
        Stream.<Function<ClaimedFile, Name>>of(
                        file -> new Name("user", file.userId()), file -> new Name("processor", file.processor()))
                .forEach(name -> given.stream()
                        .map(name)
                        .filter(readAt::containsKey)
                        .forEach(one -> files.merge(one, 1, Integer::sum)));
        if (files.isEmpty()) {
            return;
        }
        List<Name> names = new ArrayList<>(files.keySet());
        jdbc.sql("""
                insert into queue_bucket (scope, name, tokens, refilled_at)
                select * from unnest(:scopes::text[], :names::text[], :tokens::double precision[], :readAts::timestamptz[])
                on conflict (scope, name) do update
                set tokens = excluded.tokens, refilled_at = excluded.refilled_at
                """)
                .param("scopes", names.stream().map(Name::scope).toArray(String[]::new))
                .param("names", names.stream().map(Name::name).toArray(String[]::new))
                .param(
                        "tokens",
                        names.stream()
                                .map(name -> tokens(name) - files.getOrDefault(name, 0))
                                .toArray(Double[]::new))
                .param(
                        "readAts",
                        names.stream()
                                .map(name -> String.valueOf(readAt.get(name)))
                                .toArray(String[]::new))
                .update();
    }

    private double tokens(Name name) {
        Allowance allowance = allowances.get(name);
        Bucket bucket = allowance == null ? null : allowance.bucket();
        return bucket == null ? 0 : bucket.tokens();
    }

    /** In how many seconds a rate allows another file that it refused; empty if none refused. */
    OptionalDouble secondsUntilARateAllows() {
        return allowances.values().stream()
                .filter(allowance -> allowance.refusal() == Refusal.RATE)
                .mapToDouble(Allowance::secondsUntilNext)
                .min();
    }

    /** Whether more files would be given if fewer were running. */
    boolean waitForEnds() {
        return allowances.values().stream().anyMatch(allowance -> allowance.refusal() == Refusal.RUNNING);
    }
}
