package io.filemill.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.filemill.db.telemetry.Metrics;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The PostgreSQL database that a process works on: a server elsewhere, or the embedded one, which it then owns. */
public final class Database implements AutoCloseable {
    /** How long a caller waits for a connection of a pool. */
    private static final Duration POOL_LIMIT = Duration.ofSeconds(4);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    /** From the first byte until the server lets the program in, for connections that nobody waits for. */
    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(10);

    /** The first login of a program loads classes, on a machine that may be busy with starting many. */
    private static final Duration PATIENT_LOGIN_LIMIT = Duration.ofSeconds(30);

    private static final Duration VALIDATION_LIMIT = Duration.ofSeconds(2);
    private static final Duration KEEPALIVE = Duration.ofSeconds(30);
    /** A server that is silent for longer than the longest statement takes is dead. */
    private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(60);
    /** A process that stands still within a transaction for so long has lost its lease, and must not keep its locks from the others. */
    private static final Duration IDLE_TRANSACTION_LIMIT = Duration.ofSeconds(15);

    private static final String HISTORY = "flyway_schema_history";
    private static final String HISTORY_BESIDE = "filemill_schema_history";

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
        flyway().migrate();
    }

    /**
     * Brings the schema up to date in a database that belongs to an application with tables, and perhaps migrations, of its own. Where Filemill
     * is new to it, what was migrated is listed apart from theirs. May be called by several processes at once.
     */
    public static void migrateBeside(DataSource dataSource) {
        flyway(dataSource, HISTORY_BESIDE).migrate();
    }

    private Flyway flyway() {
        return flyway(unpooled(), HISTORY);
    }

    private static Flyway flyway(DataSource dataSource, String historyOfANewSchema) {
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .table(history(dataSource, historyOfANewSchema))
                .baselineOnMigrate(historyOfANewSchema.equals(HISTORY_BESIDE))
                .baselineVersion("0") // so that tables of others are no obstacle, and nothing is left out
                .load();
    }

    /** The table that lists what was migrated. */
    private static String history(DataSource dataSource, String ofANewSchema) {
        return JdbcClient.create(dataSource)
                .sql("""
                select case
                    when to_regclass(:beside) is not null then :beside
                    when to_regclass('upload_task') is not null then :alone
                    else :new end
                """)
                .param("beside", HISTORY_BESIDE)
                .param("alone", HISTORY)
                .param("new", ofANewSchema)
                .query(String.class)
                .single();
    }

    /**
     * A pool of connections; the caller closes it before this database. Who asks for one while the server is away gets an exception after
     * some seconds; who runs a statement while it goes away gets one after a minute at the latest.
     */
    public HikariDataSource pool(String name, int size) {
        PGSimpleDataSource connections = dataSource();
        connections.setLoginTimeout((int) LOGIN_LIMIT.toSeconds());
        connections.setSocketTimeout((int) STATEMENT_LIMIT.toSeconds());
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(connections);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(Math.min(2, size));
        config.setConnectionTimeout(POOL_LIMIT.toMillis());
        config.setValidationTimeout(VALIDATION_LIMIT.toMillis());
        config.setKeepaliveTime(KEEPALIVE.toMillis());
        config.setInitializationFailTimeout(30_000);
        config.setConnectionInitSql("set idle_in_transaction_session_timeout = " + IDLE_TRANSACTION_LIMIT.toMillis());
        return new HikariDataSource(config);
    }

    /** As {@link #pool(String, int)}, and watched from the first scrape on. */
    public HikariDataSource pool(String name, int size, Metrics metrics) {
        HikariDataSource pool = pool(name, size);
        metrics.bindAtFirstScrape(meters -> pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(meters)));
        return pool;
    }

    /** Opens a new connection each time, whose statements may take as long as they need. */
    public DataSource unpooled() {
        return dataSource();
    }

    private PGSimpleDataSource dataSource() {
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
        dataSource.setConnectTimeout((int) CONNECT_LIMIT.toSeconds());
        dataSource.setLoginTimeout((int) PATIENT_LOGIN_LIMIT.toSeconds());
        dataSource.setCancelSignalTimeout((int) CONNECT_LIMIT.toSeconds());
        return dataSource;
    }

    /** Whether the schema has every migration that this program knows; one that a newer program added does no harm. */
    public boolean hasCurrentSchema() {
        return flyway().info().pending().length == 0;
    }

    /** Stops the embedded server, if there is one. May be called twice. */
    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
