import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** db-scheduler with jobs that do nothing and no bookkeeping of files. Prints jobs per second. */
public final class DbScheduler {
    private static volatile Stopwatch stopwatch;

    private DbScheduler() {}

    /** Arguments: JDBC URL, jobs, slots. */
    public static void main(String[] arguments) throws Exception {
        int jobs = Integer.parseInt(arguments[1]);
        int slots = Integer.parseInt(arguments[2]);
        var database = new HikariDataSource();
        database.setJdbcUrl(arguments[0]);
        database.setMaximumPoolSize(2 * slots);
        drain(database, Math.max(200, jobs / 5), slots);
        System.out.printf("%.0f%n", drain(database, jobs, slots));
        System.exit(0);
    }

    private static double drain(HikariDataSource database, int jobs, int slots) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    drop table if exists scheduled_tasks;
                    create table scheduled_tasks (
                        task_name text not null, task_instance text not null, task_data bytea, execution_time timestamptz not null,
                        picked boolean not null, picked_by text, last_success timestamptz, last_failure timestamptz,
                        consecutive_failures int, last_heartbeat timestamptz, version bigint not null, priority smallint,
                        primary key (task_name, task_instance));
                    create index on scheduled_tasks (execution_time);
                    create index on scheduled_tasks (last_heartbeat)
                    """);
        }
        stopwatch = new Stopwatch(jobs);
        OneTimeTask<Void> task = Tasks.oneTime("file").execute((instance, context) -> {
            stopwatch.fileStarts();
            stopwatch.fileEnded();
        });
        Scheduler scheduler = Scheduler.create(database, List.of(task))
                .threads(slots)
                .pollUsingLockAndFetch(1.0, 4.0)
                .pollingInterval(Duration.ofSeconds(1))
                .build();
        Instant now = Instant.now();
        scheduler.scheduleBatch(IntStream.rangeClosed(1, jobs)
                .<SchedulableInstance<?>>mapToObj(i -> SchedulableInstance.of(task.instance("file " + i), now)));
        scheduler.start();
        double perSecond = stopwatch.perSecond();
        scheduler.stop();
        return perSecond;
    }
}
