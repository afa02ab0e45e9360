package io.filemill.db;

import io.filemill.db.audit.AuditLog;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.FinishedJobs;
import io.filemill.db.queue.IdempotencyKeys;
import io.filemill.db.queue.Listings;
import io.filemill.db.queue.QueueLimits;
import io.filemill.db.queue.Submission;
import io.filemill.db.task.FileTaskIntake;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.UploadTaskRepository;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The repositories for an application that has the schema in a database of its own. What they do joins the transaction that runs on the calling
 * thread, if one does.
 */
public record Tables(
        Submission submission,
        UploadTaskRepository uploadTasks,
        FileTaskRepository fileTasks,
        NodeRepository nodes,
        FinishedJobs finishedJobs,
        IdempotencyKeys idempotencyKeys,
        QueueLimits limits,
        AuditLog auditLog) {

    /**
     * Makes them.
     *
     * @param transactions those of the data source
     */
    public static Tables of(DataSource dataSource, PlatformTransactionManager transactions) {
        JdbcClient jdbc = JdbcClient.create(dataSource);
        var transaction = new TransactionTemplate(transactions);
        var uploadTasks = new UploadTaskRepository(jdbc, transaction);
        var intake = new FileTaskIntake(dataSource);
        var feeder = new Feeder(jdbc, transaction);
        var listings = new Listings(jdbc, transaction, intake, feeder);
        return new Tables(
                new Submission(jdbc, transaction, uploadTasks, intake, feeder, listings),
                uploadTasks,
                new FileTaskRepository(jdbc, transaction),
                new NodeRepository(jdbc, DatabaseConfiguration.NODE_LEASE),
                new FinishedJobs(jdbc),
                new IdempotencyKeys(jdbc),
                new QueueLimits(jdbc, transaction),
                new AuditLog(jdbc, transaction));
    }

    /** The same for an application that has no transaction manager. */
    public static Tables of(DataSource dataSource) {
        return of(dataSource, new JdbcTransactionManager(dataSource));
    }
}
