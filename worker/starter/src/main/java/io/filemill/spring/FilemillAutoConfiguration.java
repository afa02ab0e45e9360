package io.filemill.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.Database;
import io.filemill.db.Tables;
import io.filemill.worker.file.FileProcessor;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Gives an application a {@link TaskService} on its own database, and a node that runs the files with the application's {@link FileProcessor}
 * beans. {@code filemill.enabled=false} switches both off, {@code filemill.worker.enabled=false} the node.
 */
@AutoConfiguration(
        after = DataSourceTransactionManagerAutoConfiguration.class,
        afterName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnBooleanProperty(name = "filemill.enabled", matchIfMissing = true)
public class FilemillAutoConfiguration {
    /** After the application's own migrations, which may insist on being the first. */
    @Bean(destroyMethod = "shutdown")
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    TaskService filemillTaskService(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> transactionManager,
            Address address,
            Environment environment) {
        address.requirePostgres();
        var settings = FilemillSettings.of(environment);
        if (settings.migrates()) {
            Database.migrateBeside(dataSource);
        }
        PlatformTransactionManager transactions = transactionManager.getIfUnique();
        Tables tables = transactions == null ? Tables.of(dataSource) : Tables.of(dataSource, transactions);
        return new TaskService(tables, new Cleanup(tables, settings), new EmbeddedNode());
    }

    @Bean
    Address filemillDatabaseAddress(
            DataSource dataSource,
            ObjectProvider<Database> database,
            ObjectProvider<JdbcConnectionDetails> details,
            Environment environment) {
        var settings = FilemillSettings.of(environment).database();
        return Optional.ofNullable(database.getIfAvailable())
                .map(own -> new Address(own.url(), settings.user(), settings.password()))
                .or(() -> Optional.ofNullable(details.getIfUnique()).map(Address::of))
                .or(() ->
                        dataSource instanceof HikariDataSource pool ? Optional.of(Address.of(pool)) : Optional.empty())
                .orElseGet(() -> new Address(settings.url(), settings.user(), settings.password()));
    }

    /** Starts when every bean is there, and stops before the first of them is closed. */
    @Bean
    NodeLifecycle filemillNode(
            TaskService tasks, Address address, ObjectProvider<FileProcessor> processors, Environment environment) {
        return new NodeLifecycle(tasks, address, processors, FilemillSettings.of(environment));
    }
}
