package io.filemill.db;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.node.NewNode;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.Listings;
import io.filemill.db.queue.QueueLimits;
import io.filemill.db.queue.Retry;
import io.filemill.db.queue.Submission;
import io.filemill.db.queue.TaskControl;
import io.filemill.db.task.FileTaskIntake;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.RetryRows;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.db.webhook.DeliveryRepository;
import io.filemill.db.webhook.WebhookRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.JsonNodeFactory;

/** A migrated database with the repositories on it, and the rules that must hold in it at any time. */
public final class TestDatabase implements AutoCloseable {
    public final String url = PostgresServer.instance().newDatabase();
    public final Database database = Database.open(new DatabaseProperties(Path.of("unused"), url, "", "", 10, true));
    public final HikariDataSource dataSource = database.pool("test", 20);
    public final JdbcClient jdbc = JdbcClient.create(dataSource);
    public final TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    public final UploadTaskRepository uploadTasks = new UploadTaskRepository(jdbc, transaction);
    public final FileTaskRepository fileTasks = new FileTaskRepository(jdbc, transaction);
    public final NodeRepository nodes = new NodeRepository(jdbc, Duration.ofMinutes(1));
    /** Keeps to priorities strictly, so that a test knows what comes next. */
    public final Feeder feeder = new Feeder(jdbc, transaction, () -> false);

    public final FileTaskIntake intake = new FileTaskIntake(dataSource);
    public final Listings listings = new Listings(jdbc, transaction, intake, feeder);
    public final Submission submission = new Submission(jdbc, transaction, uploadTasks, intake, feeder, listings);
    public final TaskControl control = new TaskControl(jdbc, transaction);
    public final QueueLimits limits = new QueueLimits(jdbc, transaction);
    public final WebhookRepository webhooks = new WebhookRepository(jdbc);
    public final DeliveryRepository deliveries = new DeliveryRepository(jdbc);
    public final Retry retry = new Retry(transaction, new RetryRows(jdbc), feeder);

    /** Submits a task of the user with files named 1 to n, for the noop processor. */
    public UUID submit(String userId, int files) {
        return submit(userId, files, NewUploadTask.DEFAULT_PRIORITY);
    }

    public UUID submit(String userId, int files, int priority) {
        var task = new NewUploadTask(
                UUID.randomUUID(),
                userId,
                "noop",
                JsonNodeFactory.instance.objectNode(),
                priority,
                TaskLimits.OF_THE_NODE);
        var items = IntStream.rangeClosed(1, files)
                .mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i))
                .iterator();
        return submission.submit(task, items, null).orElseThrow().id();
    }

    /** Adds a node that lives. */
    public UUID node() {
        UUID id = UUID.randomUUID();
        nodes.register(new NewNode(
                id,
                "node-" + id,
                "localhost",
                1,
                "test",
                4,
                4,
                1L << 30,
                JsonNodeFactory.instance.arrayNode(),
                "4 slots: test"));
        return id;
    }

    /** Adds so many nodes that the next files of a test are all dispatched when they are submitted. */
    public void manyNodes() {
        IntStream.range(0, 16).forEach(i -> node());
    }

    /** A failure of a file that no retry cures. */
    public static Failure corrupt() {
        return Failure.ofFile("CORRUPT", Phase.PARSING, "The file is damaged.");
    }

    /** A failure that may pass. */
    public static Failure unavailable() {
        return Failure.passing("UNAVAILABLE", Component.FLOW, Phase.EMBEDDING, "The service is busy.");
    }

    /** Lets the node's lease run out, as if it had been silent. */
    public void expire(UUID nodeId) {
        jdbc.sql("update worker_node set lease_expires_at = now() - interval '1 second' where id = :id")
                .param("id", nodeId)
                .update();
    }

    public UploadTask task(UUID id) {
        String userId = jdbc.sql("select user_id from upload_task where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
        return uploadTasks.find(userId, id).orElseThrow();
    }

    /** The ids of the task's files in order. */
    public List<Long> fileIds(UUID taskId) {
        return jdbc.sql("select id from file_task where upload_task_id = :id order by id")
                .param("id", taskId)
                .query(Long.class)
                .list();
    }

    public int attempt(long fileId) {
        return jdbc.sql("select attempt from file_task where id = :id")
                .param("id", fileId)
                .query(Integer.class)
                .single();
    }

    /** Tasks whose counters differ from their file rows; must be empty at any time. */
    public List<Map<String, Object>> wrongCounters() {
        return jdbc.sql("""
                select t.id, t.total_files, t.processed_files, t.successful_files, t.failed_files, t.skipped_files, f.*
                from upload_task t
                cross join lateral (
                    select count(*) as files,
                           count(*) filter (where status = 'completed') as completed,
                           count(*) filter (where status = 'failed') as failed,
                           count(*) filter (where status = 'skipped') as skipped
                    from file_task where upload_task_id = t.id) f
                where t.purged_at is null
                  and (t.total_files, t.successful_files, t.failed_files, t.skipped_files)
                      is distinct from (f.files, f.completed, f.failed, f.skipped)
                """).query().listOfRows();
    }

    /** Rows of files that the connection of the transaction read and has not told of yet, so perhaps also in earlier transactions. Take a difference. */
    public long filesRead() {
        return rowsRead("file_task");
    }

    /** The same of tasks. */
    public long tasksRead() {
        return rowsRead("upload_task");
    }

    private long rowsRead(String table) {
        return jdbc.sql("""
                        select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
                        from pg_stat_xact_user_tables where relname = :table
                        """).param("table", table).query(Long.class).single();
    }

    /** Deletes all rows. Gives way to statements of a running program that hold some of the tables and want others. */
    public void empty() {
        jdbc.sql("""
                do $$
                begin
                    set local lock_timeout = '200ms';
                    loop
                        begin
                            truncate webhook_delivery, webhook, task_token, api_key, event_ticket, queue_limit, queue_bucket, user_share,
                                     upload_task, task_listing, task_listing_source, file_task, file_attempt, failed_content,
                                     idempotency_key, document, chunk, worker_node, jobrunr_jobs, jobrunr_recurring_jobs,
                                     jobrunr_backgroundjobservers;
                            return;
                        exception when lock_not_available then
                            -- its locks are released, so the others go on
                        end;
                    end loop;
                end $$
                """).update();
    }

    @Override
    public void close() {
        dataSource.close();
        database.close();
    }
}
