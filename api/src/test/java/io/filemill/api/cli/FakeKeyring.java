package io.filemill.api.cli;

import java.util.ArrayList;
import java.util.List;

/** Keys in memory. */
final class FakeKeyring implements Keyring {
    private final List<Key> keys = new ArrayList<>();

    @Override
    public Key create(NewKey key) {
        keys.add(new Key(
                "id-" + (keys.size() + 1), "fm_abc", key.owner(), key.name(), key.scopes(), null, null, null, null));
        return new Key(
                "id-" + keys.size(), "fm_abc", key.owner(), key.name(), key.scopes(), null, null, null, "fm_abcdef");
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
