package io.filemill.db;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.bench.BenchRows;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.FinishedJobs;
import io.filemill.db.queue.Flusher;
import io.filemill.db.queue.IdempotencyKeys;
import io.filemill.db.queue.Listings;
import io.filemill.db.queue.QueueLimits;
import io.filemill.db.queue.Retry;
import io.filemill.db.queue.SinkPermits;
import io.filemill.db.queue.Submission;
import io.filemill.db.queue.TaskControl;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FileTaskIntake;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.QueueStatisticsRepository;
import io.filemill.db.task.RetryRows;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.db.telemetry.Metrics;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.db.telemetry.Traces;
import io.filemill.db.telemetry.TracingProperties;
import io.filemill.db.webhook.DeliveryRepository;
import io.filemill.db.webhook.WebhookRepository;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The beans of this module, for the application context of an API or of a worker. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DatabaseProperties.class, TracingProperties.class})
public class DatabaseConfiguration {
    /**
     * Declared by an application that knows better than the settings how many connections its statements need.
     *
     * @param name unique in its process
     * @param size connections
     */
    public record StatementPool(String name, int size) {}

    /** How long a node may be silent before it loses its files. */
    public static final Duration NODE_LEASE = Duration.ofSeconds(15);

    @Bean(destroyMethod = "close")
    Database database(DatabaseProperties properties, ObjectProvider<EarlyDatabase.Opening> opening) {
        EarlyDatabase.Opening early = opening.getIfAvailable();
        return early == null ? Database.open(properties) : early.await();
    }

    /** The process's own, unless whoever started this context has given it some to share. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Telemetry processTelemetry(TracingProperties tracing) {
        return new Telemetry(new Metrics(), Traces.to(tracing.endpoint()));
    }

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(
            Database database, DatabaseProperties properties, ObjectProvider<StatementPool> pool, Telemetry telemetry) {
        StatementPool statements = pool.getIfAvailable(() -> new StatementPool("statements", properties.poolSize()));
        return database.pool(statements.name(), statements.size(), telemetry.metrics());
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    TransactionTemplate transactionTemplate(PlatformTransactionManager transactionManager) {
        return new TransactionTemplate(transactionManager);
    }

    @Bean
    JdbcClient jdbcClient(DataSource dataSource) {
        return JdbcClient.create(dataSource);
    }

    @Bean
    UploadTaskRepository uploadTaskRepository(JdbcClient jdbc, TransactionTemplate transaction) {
        return new UploadTaskRepository(jdbc, transaction);
    }

    @Bean
    FileTaskRepository fileTaskRepository(JdbcClient jdbc, TransactionTemplate transaction) {
        return new FileTaskRepository(jdbc, transaction);
    }

    @Bean
    QueueStatisticsRepository queueStatisticsRepository(JdbcClient jdbc) {
        return new QueueStatisticsRepository(jdbc);
    }

    @Bean
    DocumentRepository documentRepository(JdbcClient jdbc, TransactionTemplate transaction) {
        return new DocumentRepository(jdbc, transaction, JsonMapper.shared());
    }

    @Bean
    NodeRepository nodeRepository(JdbcClient jdbc) {
        return new NodeRepository(jdbc, NODE_LEASE);
    }

    @Bean
    Feeder feeder(JdbcClient jdbc, TransactionTemplate transaction) {
        return new Feeder(jdbc, transaction);
    }

    @Bean
    Submission submission(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            UploadTaskRepository uploadTasks,
            FileTaskIntake fileTasks,
            Feeder feeder,
            Listings listings) {
        return new Submission(jdbc, transaction, uploadTasks, fileTasks, feeder, listings);
    }

    @Bean
    FileTaskIntake fileTaskIntake(DataSource dataSource) {
        return new FileTaskIntake(dataSource);
    }

    @Bean
    Listings listings(JdbcClient jdbc, TransactionTemplate transaction, FileTaskIntake fileTasks, Feeder feeder) {
        return new Listings(jdbc, transaction, fileTasks, feeder);
    }

    @Bean
    Retry retry(JdbcClient jdbc, TransactionTemplate transaction, Feeder feeder) {
        return new Retry(transaction, new RetryRows(jdbc), feeder);
    }

    @Bean
    TaskControl taskControl(JdbcClient jdbc, TransactionTemplate transaction) {
        return new TaskControl(jdbc, transaction);
    }

    @Bean
    QueueLimits queueLimits(JdbcClient jdbc, TransactionTemplate transaction) {
        return new QueueLimits(jdbc, transaction);
    }

    @Bean
    SinkPermits sinkPermits(JdbcClient jdbc) {
        return new SinkPermits(jdbc);
    }

    @Bean
    IdempotencyKeys idempotencyKeys(JdbcClient jdbc) {
        return new IdempotencyKeys(jdbc);
    }

    @Bean
    FinishedJobs finishedJobs(JdbcClient jdbc) {
        return new FinishedJobs(jdbc);
    }

    @Bean
    Flusher.Factory flusherFactory(
            TransactionTemplate transaction, FileTaskRepository files, JdbcClient jdbc, Telemetry telemetry) {
        return window -> new Flusher(
                transaction, files, jdbc, window, telemetry.metrics().registry());
    }

    @Bean
    BenchRows benchRows(JdbcClient jdbc, TransactionTemplate transaction, UploadTaskRepository uploadTasks) {
        return new BenchRows(jdbc, transaction, uploadTasks);
    }

    @Bean
    WebhookRepository webhookRepository(JdbcClient jdbc) {
        return new WebhookRepository(jdbc);
    }

    @Bean
    DeliveryRepository deliveryRepository(JdbcClient jdbc) {
        return new DeliveryRepository(jdbc);
    }

    @Bean
    FileStore fileStore(DatabaseProperties properties) {
        return new FileStore(properties.dataDir().resolve("files"), Clock.systemUTC());
    }
}
