package io.filemill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database that older versions left in the middle of their work, migrated and finished by this one. */
class UpgradeIT {
    private final String url = PostgresServer.instance().newDatabase();
    private final DriverManagerDataSource dataSource = new DriverManagerDataSource(url);
    private final JdbcClient jdbc = JdbcClient.create(dataSource);

    private void migrateTo(String version) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .target(version)
                .load()
                .migrate();
    }

    /** Rows as version 4 wrote them: a task that is done, one in the middle of its files, one that nobody has begun. */
    private void fill() {
        jdbc.sql("""
                insert into worker_node (id, name, host, pid, version, slots, cpus, memory_bytes, capacity_reason, lease_expires_at)
                values ('00000000-0000-0000-0000-0000000000aa', 'dead', 'old-host', 7, '0.0.9', 4, 4, 1073741824, '4 slots: test',
                        now() - interval '1 hour')
                """).update();
        jdbc.sql("""
                insert into upload_task (id, user_id, processor, settings, status, outcome, total_files, processed_files, successful_files,
                                         failed_files, started_at, finished_at)
                values ('00000000-0000-0000-0000-000000000001', 'ann', 'noop', '{}', 'completed', 'partial', 2, 2, 1, 1, now(), now()),
                       ('00000000-0000-0000-0000-000000000002', 'ann', 'noop', '{"delay_ms": 1}', 'running', null, 6, 2, 1, 1, now(), null),
                       ('00000000-0000-0000-0000-000000000003', 'bob', 'noop', '{}', 'pending', null, 300, 0, 0, 0, null, null)
                """).update();
        jdbc.sql("""
                insert into file_task (upload_task_id, item, filename, status, attempt, next_attempt_at, dispatched_at, node_id, result,
                                       error_code, error, error_component, error_phase, error_retryable, error_actionable_by,
                                       failure_count, retry_count, started_at, finished_at)
                values ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'completed', 1, now(), null, null, '{"status": "done"}',
                        null, null, null, null, null, null, 0, 0, now(), now()),
                       ('00000000-0000-0000-0000-000000000001', 'b', 'b', 'failed', 3, now(), null, null, null,
                        'CORRUPT', 'The file is damaged.', 'docling', 'parsing', false, 'USER_ACTIONABLE', 1, 0, now(), now()),
                       ('00000000-0000-0000-0000-000000000002', 'ended well', 'c', 'completed', 1, now(), null, null, '{}',
                        null, null, null, null, null, null, 0, 0, now(), now()),
                       ('00000000-0000-0000-0000-000000000002', 'ended badly', 'd', 'failed', 1, now(), null, null, null,
                        'CANCELLED', 'Cancelled by user', 'openrag', 'cancelled', false, 'USER_ACTIONABLE', 0, 0, now(), now()),
                       ('00000000-0000-0000-0000-000000000002', 'runs on the dead node', 'e', 'running', 1, now(), now(),
                        '00000000-0000-0000-0000-0000000000aa', null, null, null, null, null, null, null, 0, 0, now(), null),
                       ('00000000-0000-0000-0000-000000000002', 'waits in the window', 'f', 'pending', 1, now(), now(), null, null,
                        null, null, null, null, null, null, 0, 0, null, null),
                       ('00000000-0000-0000-0000-000000000002', 'waits for its next attempt', 'g', 'pending', 2, now() + interval '1 second',
                        null, null, null, 'UNAVAILABLE', 'The service is busy.', 'langflow', 'embedding', true, 'RETRYABLE', 1, 1, null, null),
                       ('00000000-0000-0000-0000-000000000002', 'due', 'h', 'pending', 0, now(), null, null, null,
                        null, null, null, null, null, null, 0, 0, null, null)
                """).update();
        jdbc.sql("""
                insert into file_task (upload_task_id, item, filename)
                select '00000000-0000-0000-0000-000000000003', 'file ' || i, 'file ' || i from generate_series(1, 300) i
                """).update();
        storedJob(
                "waits in the window",
                "ENQUEUED",
                "{\"@class\":\"org.jobrunr.jobs.states.EnqueuedState\",\"state\":\"ENQUEUED\","
                        + "\"createdAt\":\"2026-11-24T10:00:00.000000Z\"}");
    }

    /** A job as JobRunr wrote it for the version of then. */
    private void storedJob(String item, String state, String jobState) {
        long file = jdbc.sql("select id from file_task where item = :item")
                .param("item", item)
                .query(Long.class)
                .single();
        var id = new UUID(file, 1);
        String signature = "io.filemill.db.queue.FileTaskJobHandler.run(io.filemill.db.queue.FileTaskJob)";
        String json = "{\"version\":1,\"jobSignature\":\"" + signature
                + "\",\"jobName\":\"Ingest f\",\"amountOfRetries\":0,\"labels\":[],"
                + "\"jobDetails\":{\"className\":\"io.filemill.db.queue.FileTaskJobHandler\",\"staticFieldName\":null,\"methodName\":\"run\","
                + "\"jobParameters\":[{\"className\":\"io.filemill.db.queue.FileTaskJob\","
                + "\"actualClassName\":\"io.filemill.db.queue.FileTaskJob\",\"object\":{\"fileTaskId\":" + file
                + ",\"attempt\":1}}],\"cacheable\":false},\"id\":\"" + id + "\",\"jobHistory\":[" + jobState
                + "],\"metadata\":{\"@class\":\"java.util.concurrent.ConcurrentHashMap\"}}";
        jdbc.sql("""
                insert into jobrunr_jobs (id, version, jobasjson, jobsignature, state, createdat, updatedat)
                values (:id, 1, :json, :signature, :state, now() at time zone 'utc', now() at time zone 'utc')
                """)
                .param("id", id.toString())
                .param("json", json)
                .param("signature", signature)
                .param("state", state)
                .update();
    }

    private void addAListing(Path folder) {
        jdbc.sql("""
                insert into upload_task (id, user_id, processor, prepared_at)
                values ('00000000-0000-0000-0000-000000000004', 'bob', 'noop', null)
                """).update();
        jdbc.sql(
                        "insert into task_listing (upload_task_id, roots) values ('00000000-0000-0000-0000-000000000004', array[:root])")
                .param("root", folder.toString())
                .update();
        jdbc.sql("insert into task_listing_source values ('00000000-0000-0000-0000-000000000004', 0, :folder, null)")
                .param("folder", folder.toString())
                .update();
    }

    private List<String> tasks() {
        return jdbc.sql("""
                select concat_ws(' ', status, outcome, total_files, successful_files, failed_files, skipped_files)
                from upload_task order by id
                """).query(String.class).list();
    }

    @Test
    void finishesWhatOlderVersionsBegan(@TempDir Path folder) throws Exception {
        Path listed = Files.createDirectory(folder.toRealPath().resolve("listed"));
        Files.writeString(listed.resolve("one.txt"), "one");
        Files.writeString(listed.resolve("two.txt"), "two");
        migrateTo("4");
        fill();
        migrateTo("9");
        addAListing(listed);
        try (RunningWorker node = WorkerApplication.start(
                Map.of(
                        "filemill.db.url",
                        url,
                        "filemill.db.data-dir",
                        folder,
                        "filemill.worker.max-workers",
                        4,
                        "filemill.worker.node-name",
                        "new"),
                false)) {
            // a node that finds a young database server waits for a lease before it takes others for dead
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> jdbc.sql("select count(*) = 0 from upload_task where finished_at is null")
                            .query(Boolean.class)
                            .single());
            assertThat(node.isLive()).isTrue();
        }
        assertThat(tasks())
                .containsExactly(
                        "completed partial 2 1 1 0",
                        "completed partial 6 5 1 0",
                        "completed success 300 300 0 0",
                        "completed success 2 2 0 0");
        assertThat(jdbc.sql("select crash_count from file_task where item = 'runs on the dead node'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(jdbc.sql("select count(*) from jobrunr_jobs where state = 'ENQUEUED'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }
}
