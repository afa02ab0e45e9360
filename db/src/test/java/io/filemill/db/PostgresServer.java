package io.filemill.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One PostgreSQL server for all tests of a JVM: a container where an engine answers, else the embedded server. The system property
 * {@code filemill.test.postgres} forces {@code container} or {@code embedded}; {@code filemill.test.postgres.image} names the image.
 */
public final class PostgresServer {
    private static final PostgresServer INSTANCE = start();

    private final String urlOfServer;
    private final String user;
    private final String password;

    private PostgresServer(String urlOfServer, String user, String password) {
        this.urlOfServer = urlOfServer;
        this.user = user;
        this.password = password;
    }

    public static PostgresServer instance() {
        return INSTANCE;
    }

    /** Creates an empty database and returns its JDBC address, user and password included. */
    public String newDatabase() {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("could not create the database " + name, e);
        }
        return url(name);
    }

    private String url(String database) {
        return urlOfServer + database + "?user=" + user + "&password=" + password;
    }

    private static PostgresServer start() {
        String choice = System.getProperty("filemill.test.postgres", "auto").toLowerCase(Locale.ROOT);
        return switch (choice) {
            case "container" -> container();
            case "embedded" -> embedded();
            case "auto" -> engineAnswers() ? container() : embedded();
            default ->
                throw new IllegalArgumentException(
                        "filemill.test.postgres must be auto, container or embedded, not " + choice);
        };
    }

    private static boolean engineAnswers() {
        boolean configured = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        return configured && DockerClientFactory.instance().isDockerAvailable();
    }

    @SuppressWarnings("resource") // lives as long as the JVM
    private static PostgresServer container() {
        var container = new PostgreSQLContainer(System.getProperty("filemill.test.postgres.image", "postgres:18"))
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=300");
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        return new PostgresServer(
                "jdbc:postgresql://" + container.getHost() + ":" + container.getFirstMappedPort() + "/",
                container.getUsername(),
                container.getPassword());
    }

    private static PostgresServer embedded() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "300")
                    .start();
            return new PostgresServer("jdbc:postgresql://localhost:" + server.getPort() + "/", "postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
