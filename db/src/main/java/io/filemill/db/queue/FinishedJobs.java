package io.filemill.db.queue;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** JobRunr's leftovers. It never deletes failed jobs itself. */
public final class FinishedJobs {
    private final JdbcClient jdbc;

    public FinishedJobs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Deletes jobs that ended longer ago than the given time, by the clock of the nodes that ended them; returns how many. */
    public int purge(Duration maxAge) {
        return jdbc.sql("""
                delete from jobrunr_jobs
                where state in ('FAILED', 'SUCCEEDED', 'DELETED')
                  and updatedat < (now() at time zone 'utc') - make_interval(secs => :maxAge)
                """).param("maxAge", maxAge.toMillis() / 1000.0).update();
    }
}
