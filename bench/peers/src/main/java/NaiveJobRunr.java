import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/**
 * JobRunr as it comes, with the bookkeeping that first comes to mind: one statement when a file starts, and one that ends the file and counts
 * it in the row of its task. Prints files per second.
 */
public final class NaiveJobRunr {
    private static HikariDataSource database;
    private static volatile Stopwatch stopwatch;

    private NaiveJobRunr() {}

    public record FileJob(int file) implements JobRequest {
        @Override
        public Class<FileHandler> getJobRequestHandler() {
            return FileHandler.class;
        }
    }

    public static final class FileHandler implements JobRequestHandler<FileJob> {
        @Override
        public void run(FileJob job) throws SQLException {
            stopwatch.fileStarts();
            update("update peer_file set status = 'running', started_at = now() where id = ?", job.file());
            update("""
                    with ended as (
                        update peer_file set status = 'completed', finished_at = now() where id = ? and status = 'running'
                        returning task_id)
                    update peer_task set processed = processed + 1 from ended where peer_task.id = ended.task_id
                    """, job.file());
            stopwatch.fileEnded();
        }

        private static void update(String sql, int file) throws SQLException {
            try (Connection connection = database.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(1, file);
                if (statement.executeUpdate() != 1) {
                    throw new IllegalStateException("file " + file + " was not in the expected state");
                }
            }
        }
    }

    /** Arguments: JDBC URL, files, slots. */
    public static void main(String[] arguments) throws Exception {
        int files = Integer.parseInt(arguments[1]);
        int slots = Integer.parseInt(arguments[2]);
        database = new HikariDataSource();
        database.setJdbcUrl(arguments[0]);
        database.setMaximumPoolSize(2 * slots);
        drain(Math.max(200, files / 5), slots);
        System.out.printf("%.0f%n", drain(files, slots));
        System.exit(0);
    }

    private static double drain(int files, int slots) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    drop table if exists peer_file, peer_task;
                    create table peer_task (id integer primary key, processed integer not null);
                    create table peer_file (id integer primary key, task_id integer not null references peer_task, status text not null,
                                            started_at timestamptz, finished_at timestamptz);
                    create index on peer_file (task_id, status);
                    insert into peer_task values (1, 0);
                    insert into peer_file select i, 1, 'pending' from generate_series(1, %d) i
                    """.formatted(files));
        }
        var mapper = new JacksonJsonMapper();
        StorageProvider storage = SqlStorageProviderFactory.using(database);
        storage.setJobMapper(new JobMapper(mapper));
        stopwatch = new Stopwatch(files);
        new JobRequestScheduler(storage).enqueue(IntStream.rangeClosed(1, files).mapToObj(FileJob::new));
        var server = new BackgroundJobServer(storage, mapper, new Handlers(), BackgroundJobServerConfiguration
                .usingStandardBackgroundJobServerConfiguration()
                .andWorkerCount(slots)
                .andPollInterval(Duration.ofSeconds(5)));
        server.start();
        double perSecond = stopwatch.perSecond();
        server.stop();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select processed from peer_task")) {
            row.next();
            if (row.getInt(1) != files) {
                throw new IllegalStateException(row.getInt(1) + " of " + files + " files were counted");
            }
        }
        return perSecond;
    }

    private static final class Handlers implements JobActivator {
        @Override
        public <T> T activateJob(Class<T> type) {
            return type.cast(new FileHandler());
        }
    }
}
