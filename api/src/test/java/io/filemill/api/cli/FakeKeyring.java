package io.filemill.api.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys in memory. */
final class FakeKeyring implements Keyring {
    private final List<Key> keys = new ArrayList<>();

    @Override
    public Key create(NewKey key) {
        String id = "id-" + (keys.size() + 1);
        keys.add(key(id, key, null));
        return key(id, key, "fm_abcdef");
    }

    private static Key key(String id, NewKey key, @Nullable String secret) {
        return new Key(
                id, "fm_abc", key.owner(), key.name(), key.scopes(), "2026-11-24T12:00:00Z", null, null, null, secret);
    }

    @Override
    public List<Key> list() {
        return keys;
    }

    @Override
    public Key revoke(String id) {
        return keys.stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new CommandFailure("There is no key " + id));
    }

    @Override
    public void close() {}
}
