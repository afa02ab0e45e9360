package io.filemill.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.Database;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Gives an application that has no database the one of {@code filemill.db.url}, or an embedded PostgreSQL that persists between runs. */
@AutoConfiguration(before = DataSourceAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "filemill.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(
        value = JdbcConnectionDetails.class,
        type = {"javax.sql.DataSource", "javax.sql.XADataSource"})
@ConditionalOnExpression("'${spring.datasource.url:}${spring.datasource.jndi-name:}'.isEmpty()")
public class FilemillDataSourceAutoConfiguration {
    @Bean(destroyMethod = "close")
    Database filemillDatabase(Environment environment) {
        return Database.open(FilemillSettings.of(environment).database());
    }

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(Database filemillDatabase, Environment environment) {
        return filemillDatabase.pool(
                "application", FilemillSettings.of(environment).database().poolSize());
    }
}
