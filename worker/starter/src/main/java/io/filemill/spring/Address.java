package io.filemill.spring;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** Where the application's database is, for the connections that the node opens itself. */
record Address(String url, String user, String password) {
    static Address of(JdbcConnectionDetails details) {
        return new Address(details.getJdbcUrl(), orEmpty(details.getUsername()), orEmpty(details.getPassword()));
    }

    static Address of(HikariDataSource pool) {
        return new Address(orEmpty(pool.getJdbcUrl()), orEmpty(pool.getUsername()), orEmpty(pool.getPassword()));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    void requirePostgres() {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalStateException(
                    "Filemill works on the application's database, which must be a PostgreSQL, but it is at "
                            + (url.isEmpty()
                                    ? "an address that its DataSource does not tell; set filemill.db.url to the same one"
                                    : url)
                            + ".");
        }
    }
}
