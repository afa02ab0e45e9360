package io.filemill.db.queue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Gives JobRunr the connection of the running Spring transaction and ignores that it commits, rolls back or closes it: the transaction
 * alone decides. Outside a transaction it gives an ordinary connection.
 */
final class TransactionJoiningDataSource extends DelegatingDataSource {
    private final DataSource target;

    TransactionJoiningDataSource(DataSource target) {
        super(target);
        this.target = target;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return target.getConnection();
        }
        Connection connection = DataSourceUtils.doGetConnection(target);
        DataSourceUtils.doReleaseConnection(connection, target); // the transaction holds it, this call only counts
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "commit", "rollback", "close", "setAutoCommit" -> {
                            return null;
                        }
                        default -> {
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }
                    }
                });
    }
}
