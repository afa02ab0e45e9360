package io.filemill.db;

import java.sql.SQLException;
import org.springframework.core.NestedExceptionUtils;

/** The configured PostgreSQL server does not let this process in. */
public final class DatabaseUnreachableException extends RuntimeException {
    DatabaseUnreachableException(String url, SQLException cause) {
        super(
                "The database at " + url.replaceFirst("\\?.*", "") + " cannot be reached: "
                        + NestedExceptionUtils.getMostSpecificCause(cause)
                        + ". Check FILEMILL_DB_URL, FILEMILL_DB_USER and FILEMILL_DB_PASSWORD, and that the server runs.",
                cause);
    }
}
