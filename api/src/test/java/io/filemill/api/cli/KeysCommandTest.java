package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class KeysCommandTest {
    private static final String KEY =
            "{\"id\": \"id-9\", \"hint\": \"fm_abc\", \"owner\": \"ann\", \"name\": \"\", \"scopes\": [\"admin\"],"
                    + " \"created_at\": \"2026-11-24T12:00:00Z\", \"expires_at\": null, \"last_used_at\": \"2026-11-24T12:00:00Z\","
                    + " \"revoked_at\": null";

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void withoutAKeyTheDatabaseIsUsed() {
        var cli = new Cli().talkingTo(server);

        Cli.Result made = cli.run("keys", "create", "--owner", "ann", "--scope", "admin");
        assertThat(made.exitCode()).isZero();
        assertThat(made.out()).isEqualTo("fm_abcdef\n");
        assertThat(made.err()).contains("id-1 of ann (admin)");
        assertThat(cli.run("keys", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).startsWith("id "),
                        key -> assertThat(key).matches("id-1 +fm_abc… +ann +admin +- +- +-"));
        assertThat(cli.run("keys", "revoke", "id-1").out()).isEqualTo("Revoked the key id-1 of ann\n");
        Cli.Result unknown = cli.run("keys", "revoke", "id-2");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.WRONG_USE);
        assertThat(unknown.err()).isEqualTo("There is no key id-2\n");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void withAKeyTheServerIsAsked() {
        server.on("POST /v1/keys", 201, KEY + ", \"key\": \"fm_abcdef\"}")
                .on("GET /v1/keys", 200, "{\"keys\": [" + KEY + "}]}")
                .on("DELETE /v1/keys/id-9", 200, KEY + "}");
        var cli = new Cli().talkingTo(server).env("FILEMILL_API_KEY", "fm_secret");

        Cli.Result made = cli.run("keys", "create", "--owner", "ann", "--days", "3");
        assertThat(made.out()).as(made.err()).isEqualTo("fm_abcdef\n");
        assertThat(server.lastBody())
                .isEqualTo("{\"owner\":\"ann\",\"name\":\"\",\"scopes\":[\"knowledge:upload\",\"knowledge:read:own\"],"
                        + "\"expires_in_days\":3}");
        assertThat(cli.run("keys", "list").out()).contains("id-9  fm_abc…  ann", "2026-11-24");
        assertThat(cli.run("keys", "revoke", "id-9").exitCode()).isZero();
        assertThat(server.authorizations())
                .containsExactly("[]", "[Bearer fm_secret]", "[]", "[Bearer fm_secret]", "[]", "[Bearer fm_secret]");
    }

    @Test
    void asJsonTheyAreAsTheServerNamesThem() {
        var cli = new Cli().talkingTo(server);

        JsonNode made = json(cli, "keys", "create", "--owner", "ann", "--json");
        JsonNode listed = json(cli, "keys", "list", "--json").get("keys").get(0);
        JsonNode revoked = json(cli, "keys", "revoke", "id-1", "--json");

        assertThat(made.get("key").stringValue()).isEqualTo("fm_abcdef");
        assertThat(listed.get("created_at").stringValue()).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(listed.has("key")).isFalse();
        assertThat(revoked).isEqualTo(listed);
    }

    private static JsonNode json(Cli cli, String... line) {
        return JsonMapper.shared().readTree(cli.run(line).out());
    }

    @Test
    void theKeyOfAnOptionComesFirst() {
        server.on("GET /v1/tasks?limit=20", 200, "{\"tasks\": [], \"next_cursor\": null}");
        new Cli()
                .talkingTo(server)
                .env("FILEMILL_API_KEY", "fm_of_environment")
                .run("status", "--api-key", "fm_of_option");
        assertThat(server.authorizations()).containsExactly("[]", "[Bearer fm_of_option]");
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(new Cli().run("keys").err()).contains("Missing command: create, list or revoke");
        assertThat(new Cli().run("keys", "create").err()).contains("--owner");
    }
}
