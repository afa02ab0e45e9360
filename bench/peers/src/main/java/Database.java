import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** Makes a database. Arguments: port, name. */
public final class Database {
    private Database() {}

    public static void main(String[] arguments) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres?user=postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + arguments[1]);
        }
    }
}
