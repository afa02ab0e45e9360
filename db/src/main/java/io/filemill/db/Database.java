package io.filemill.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The PostgreSQL database that a process works on: a server elsewhere, or the embedded one, which it then owns. */
public final class Database implements AutoCloseable {
    private final String url;
    private final String user;
    private final String password;
    private final @Nullable EmbeddedDatabase embedded;

    private Database(String url, String user, String password, @Nullable EmbeddedDatabase embedded) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.embedded = embedded;
    }

    /**
     * Opens the configured database, starting the embedded server if none is configured, and migrates it if so configured.
     *
     * @throws DatabaseUnreachableException if the configured server cannot be reached
     * @throws DataDirectoryInUseException if another process uses the data directory of the embedded one
     */
    public static Database open(DatabaseProperties properties) {
        EmbeddedDatabase embedded = properties.embedded() ? EmbeddedDatabase.start(properties.dataDir()) : null;
        var database = new Database(
                embedded == null ? properties.url() : embedded.jdbcUrl(),
                properties.user(),
                properties.password(),
                embedded);
        try {
            database.requireReachable();
            if (properties.migrate()) {
                database.migrate();
            }
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void requireReachable() {
        try {
            unpooled().getConnection().close();
        } catch (SQLException e) {
            throw new DatabaseUnreachableException(url, e);
        }
    }

    /** The JDBC address. */
    public String url() {
        return url;
    }

    /** Brings the schema up to date. May be called by several processes at once. */
    public void migrate() {
        Flyway.configure(getClass().getClassLoader())
                .dataSource(unpooled())
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /** A pool of connections; the caller closes it before this database. */
    public HikariDataSource pool(String name, int size) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(unpooled());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(Math.min(2, size));
        config.setConnectionTimeout(10_000);
        config.setInitializationFailTimeout(30_000);
        return new HikariDataSource(config);
    }

    /** Opens a new connection each time. */
    public DataSource unpooled() {
        var dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        if (!user.isBlank()) {
            dataSource.setUser(user);
        }
        if (!password.isEmpty()) {
            dataSource.setPassword(password);
        }
        dataSource.setApplicationName("filemill");
        dataSource.setReWriteBatchedInserts(true);
        dataSource.setTcpKeepAlive(true);
        return dataSource;
    }

    /** Stops the embedded server, if there is one. May be called twice. */
    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
