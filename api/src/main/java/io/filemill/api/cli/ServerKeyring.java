package io.filemill.api.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The API keys of a server, asked over HTTP as an administrator. */
final class ServerKeyring implements Keyring {
    private final Connector.Connection connection;

    ServerKeyring(Connector.Connection connection) {
        this.connection = connection;
    }

    @Override
    public Key create(NewKey key) throws IOException {
        FilemillClient client = connection.client();
        byte[] body = client.json().writeValueAsString(key).getBytes(StandardCharsets.UTF_8);
        return client.post("/v1/keys", Map.of("Content-Type", "application/json"), out -> out.write(body), Key.class);
    }

    @Override
    public List<Key> list() throws IOException {
        return connection.client().get("/v1/keys", Keys.class).keys();
    }

    @Override
    public Key revoke(String id) throws IOException {
        FilemillClient client = connection.client();
        return client.read(client.delete("/v1/keys/" + FilemillClient.encode(id)), Key.class);
    }

    @Override
    public void close() {
        connection.close();
    }
}
