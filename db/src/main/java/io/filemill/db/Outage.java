package io.filemill.db;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Tells failures that end when the database is back from those that a program made. */
public final class Outage {
    /** The first two characters of SQL states: connection, rollback by the server, resources, operator, system. */
    private static final Set<String> CLASSES = Set.of("08", "40", "53", "57", "58");

    private Outage() {}

    /** Whether the failure, or what caused it, is that the database was away. Repeating the call later makes sense. */
    public static boolean caused(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataAccessResourceFailureException
                    || cause instanceof RecoverableDataAccessException
                    || cause instanceof TransientDataAccessException
                    || cause instanceof TransactionException
                    || (cause instanceof SQLException sql && isOutage(sql))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutage(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientException
                || failure instanceof SQLRecoverableException
                || (state != null && state.length() == 5 && CLASSES.contains(state.substring(0, 2)));
    }
}
