package io.filemill.worker;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.Database;
import io.filemill.db.DatabaseConfiguration;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.FinishedJobs;
import io.filemill.db.queue.Flusher;
import io.filemill.db.queue.IdempotencyKeys;
import io.filemill.db.queue.Listings;
import io.filemill.db.queue.QueueLimits;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.worker.capacity.CapacityDetector;
import io.filemill.worker.capacity.WorkerCapacity;
import io.filemill.worker.document.ParserSettings;
import io.filemill.worker.file.FileMetrics;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.file.FileTaskHandler;
import io.filemill.worker.file.RunningFiles;
import io.filemill.worker.health.HealthServer;
import io.filemill.worker.jobrunr.JobServer;
import io.filemill.worker.node.NodeIdentity;
import io.filemill.worker.node.NodeMetrics;
import io.filemill.worker.node.WorkerNode;
import io.filemill.worker.noop.NoopProcessor;
import io.filemill.worker.purge.Purger;
import io.filemill.worker.rescue.Rescuer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of a node and how they hang together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WorkerProperties.class)
class WorkerConfiguration {
    /** A node's own threads that may need a connection at the same time: heartbeat, rescue, pump, flusher, lister. */
    private static final int CONNECTIONS_BESIDE_SLOTS = 6;

    @Bean
    WorkerCapacity workerCapacity(WorkerProperties properties) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("MAX_WORKERS", properties.maxWorkers());
        return CapacityDetector.ofThisMachine(environment, (long) properties.parserHeap() << 20)
                .detect();
    }

    @Bean
    NodeIdentity nodeIdentity(WorkerProperties properties) {
        long pid = ProcessHandle.current().pid();
        String host = host();
        return new NodeIdentity(
                UUID.randomUUID(),
                properties.nodeName().isBlank() ? host + "-" + pid : properties.nodeName(),
                host,
                pid,
                Optional.ofNullable(getClass().getPackage().getImplementationVersion())
                        .orElse("development"));
    }

    @Bean
    RunningFiles runningFiles() {
        return new RunningFiles();
    }

    @Bean
    ParserSettings parserSettings(DatabaseProperties database, WorkerProperties properties, WorkerCapacity capacity) {
        return new ParserSettings(database.dataDir().resolve("parser"), capacity.slots(), properties.parserHeap());
    }

    @Bean
    NoopProcessor noopProcessor() {
        return new NoopProcessor();
    }

    @Bean
    FileTaskHandler fileTaskHandler(
            FileTaskHandler.Rows rows,
            RunningFiles running,
            NodeIdentity node,
            WorkerProperties properties,
            List<FileProcessor> processors,
            Telemetry telemetry) {
        var limits =
                new FileTaskHandler.Limits(properties.timeLimit(), properties.stallTimeout(), properties.maxAttempts());
        var observers = new FileTaskHandler.Observers(
                new FileMetrics(telemetry.metrics().registry()), telemetry.traces());
        return new FileTaskHandler(rows, running, node.id(), limits, processors, observers);
    }

    @Bean
    FileTaskHandler.Rows fileTaskHandlerRows(
            FileTaskRepository files,
            UploadTaskRepository uploadTasks,
            FileStore store,
            Flusher flusher,
            WorkerCapacity capacity,
            WorkerProperties properties) {
        return new FileTaskHandler.Rows(files, uploadTasks, store, flusher, properties.durability(), capacity.slots());
    }

    @Bean
    Flusher flusher(Flusher.Factory factory, WorkerProperties properties) {
        return factory.create(properties.flushWindow());
    }

    @Bean
    Purger purger(
            UploadTaskRepository uploadTasks,
            FileStore store,
            FinishedJobs jobs,
            NodeRepository nodes,
            IdempotencyKeys keys,
            QueueLimits limits,
            WorkerProperties properties) {
        var leftovers = new Purger.Leftovers(jobs, keys, limits);
        return new Purger(uploadTasks, store, nodes, leftovers, properties.purgeMaxAge());
    }

    @Bean
    DatabaseConfiguration.StatementPool statementPool(WorkerCapacity capacity) {
        return new DatabaseConfiguration.StatementPool("node", capacity.slots() + CONNECTIONS_BESIDE_SLOTS);
    }

    /** JobRunr's connections, apart from those of the statements, so that neither can starve the other. */
    @Bean(destroyMethod = "close", defaultCandidate = false)
    HikariDataSource jobRunrDataSource(Database database, WorkerCapacity capacity, Telemetry telemetry) {
        return database.pool("jobrunr", capacity.slots() + CONNECTIONS_BESIDE_SLOTS, telemetry.metrics());
    }

    @Bean
    WorkerNode workerNode(
            NodeIdentity node,
            WorkerCapacity capacity,
            WorkerNode.Rows rows,
            RunningFiles running,
            Feeder feeder,
            WorkerNode.ServerFactory serverFactory,
            Database database,
            WorkerProperties properties,
            Telemetry telemetry) {
        var workerNode = new WorkerNode(
                node, capacity, rows, running, feeder, serverFactory, database.unpooled(), properties.drainGrace());
        telemetry.metrics().bindAtFirstScrape(new NodeMetrics(capacity.slots(), running, workerNode::health));
        return workerNode;
    }

    /** It only looks at the node, so that it can start earlier and stop later; a dependency would order them the other way. */
    @Bean
    @ConditionalOnExpression("!'${filemill.worker.health-port:}'.isEmpty()")
    HealthServer healthServer(ObjectProvider<WorkerNode> node, WorkerProperties properties, Telemetry telemetry) {
        var address = new InetSocketAddress(
                properties.healthHost(), Objects.requireNonNull(properties.healthPort(), "a condition of this bean"));
        return new HealthServer(address, () -> node.getObject().health(), telemetry.metrics());
    }

    @Bean
    WorkerNode.Rows workerNodeRows(
            NodeRepository nodes, FileTaskRepository files, Listings listings, Telemetry telemetry) {
        var rescuer = new Rescuer(files, telemetry.metrics().registry());
        return new WorkerNode.Rows(nodes, files, listings, rescuer);
    }

    @Bean
    WorkerNode.ServerFactory jobServerFactory(
            @Qualifier("jobRunrDataSource") HikariDataSource dataSource,
            NodeIdentity node,
            WorkerCapacity capacity,
            FileTaskHandler files,
            Flusher flusher,
            Feeder feeder,
            Purger purger,
            WorkerProperties properties) {
        var handlers = new JobServer.Handlers(files, purger);
        var settings = new JobServer.Settings(
                node.id(), node.name(), capacity.slots(), properties.pollInterval(), properties.purgeInterval());
        return slotFreed -> new JobServer(dataSource, flusher, feeder, settings, handlers, slotFreed);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
