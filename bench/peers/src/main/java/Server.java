import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;

/** A PostgreSQL server with its own defaults, durable commits included. Prints its port and runs until the standard input ends. */
public final class Server {
    private Server() {}

    public static void main(String[] arguments) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "200")
                .start()) {
            System.out.println(server.getPort());
            while (System.in.read() >= 0) {
                // until it is closed
            }
        }
    }
}
