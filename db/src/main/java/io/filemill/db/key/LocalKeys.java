package io.filemill.db.key;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.DataDirectoryInUseException;
import io.filemill.db.Database;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.EmbeddedDatabase;
import io.filemill.db.audit.AuditEntry;
import io.filemill.db.audit.AuditEntry.Actor;
import io.filemill.db.audit.AuditLog;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The API keys of a database that is opened for nothing else, beside a server or without one. What changes them is in the audit log. */
public final class LocalKeys implements AutoCloseable {
    private final Database database;
    private final HikariDataSource pool;
    private final ApiKeys keys;
    private final AuditLog audit;
    private final Actor actor;

    private LocalKeys(Database database, String person) {
        this.database = database;
        this.pool = database.pool("keys", 1);
        JdbcClient jdbc = JdbcClient.create(pool);
        this.keys = new ApiKeys(jdbc);
        this.audit = new AuditLog(jdbc, new TransactionTemplate(new JdbcTransactionManager(pool)));
        this.actor = new Actor(person, null, "command line");
    }

    /**
     * Opens the configured database; the embedded one also while a server runs on it.
     *
     * @param person who does it, for the audit log
     */
    public static LocalKeys open(DatabaseProperties properties, String person) {
        try {
            return new LocalKeys(Database.open(properties), person);
        } catch (DataDirectoryInUseException e) {
            String running = EmbeddedDatabase.runningIn(properties.dataDir()).orElseThrow(() -> e);
            return new LocalKeys(
                    Database.open(new DatabaseProperties(properties.dataDir(), running, "", "", 2, false)), person);
        }
    }

    /** As {@link ApiKeys#create}. */
    public ApiKeys.Created create(NewApiKey key) {
        return audit.recording(() -> keys.create(key), created -> Optional.of(entry("key.create", created.key())));
    }

    /** As {@link ApiKeys#list}. */
    public List<ApiKey> list() {
        return keys.list();
    }

    /** As {@link ApiKeys#revoke}. */
    public Optional<ApiKey> revoke(UUID id) {
        return audit.recording(() -> keys.revoke(id), revoked -> revoked.map(key -> entry("key.revoke", key)));
    }

    private AuditEntry entry(String action, ApiKey key) {
        return new AuditEntry(actor, action, key.id().toString(), detail(key));
    }

    /** What the audit log says of a key that was made or revoked. */
    public static ObjectNode detail(ApiKey key) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        detail.put("owner", key.owner()).put("hint", key.hint());
        key.scopes().forEach(detail.putArray("scopes")::add);
        return detail;
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
