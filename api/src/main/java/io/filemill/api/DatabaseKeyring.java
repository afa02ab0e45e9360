package io.filemill.api;

import io.filemill.api.cli.CommandFailure;
import io.filemill.api.cli.Keyring;
import io.filemill.api.security.Scope;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.key.ApiKey;
import io.filemill.db.key.LocalKeys;
import io.filemill.db.key.NewApiKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API keys of the database that the environment names. Whoever reaches it is an administrator. */
final class DatabaseKeyring implements Keyring {
    private final LocalKeys keys;

    private DatabaseKeyring(LocalKeys keys) {
        this.keys = keys;
    }

    static DatabaseKeyring open(Map<String, String> environment) {
        String folder = environment.getOrDefault("FILEMILL_DATA_DIR", "");
        var properties = new DatabaseProperties(
                folder.isBlank() ? Path.of(System.getProperty("user.home"), ".filemill") : Path.of(folder),
                environment.getOrDefault("FILEMILL_DB_URL", ""),
                environment.getOrDefault("FILEMILL_DB_USER", ""),
                environment.getOrDefault("FILEMILL_DB_PASSWORD", ""),
                2,
                true);
        return new DatabaseKeyring(LocalKeys.open(properties, System.getProperty("user.name", "unknown")));
    }

    @Override
    public Key create(NewKey key) {
        for (String scope : key.scopes()) {
            if (Scope.fromWord(scope).isEmpty()) {
                throw new CommandFailure("There is no scope " + scope + ". Known are "
                        + Stream.of(Scope.values()).map(Scope::word).collect(Collectors.joining(", ")) + ".");
            }
        }
        if (key.owner().isBlank()) {
            throw new CommandFailure("The owner of a key must have a name.");
        }
        Integer days = key.expiresInDays();
        if (days != null && days < 1) {
            throw new CommandFailure("A key must be good for at least a day.");
        }
        var created = keys.create(new NewApiKey(
                key.owner().strip(), key.name(), key.scopes(), days == null ? null : Duration.ofDays(days)));
        return view(created.key(), created.secret());
    }

    @Override
    public List<Key> list() {
        return keys.list().stream().map(key -> view(key, null)).toList();
    }

    @Override
    public Key revoke(String id) {
        try {
            return keys.revoke(UUID.fromString(id))
                    .map(key -> view(key, null))
                    .orElseThrow(() -> new CommandFailure("There is no key " + id));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("There is no key " + id, e);
        }
    }

    private static Key view(ApiKey key, @Nullable String secret) {
        return new Key(
                key.id().toString(),
                key.hint(),
                key.owner(),
                key.name(),
                key.scopes(),
                key.createdAt().toString(),
                text(key.expiresAt()),
                text(key.lastUsedAt()),
                text(key.revokedAt()),
                secret);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    @Override
    public void close() {
        keys.close();
    }
}
