package io.filemill.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.ApiApplication;
import io.filemill.api.RawConnection;
import io.filemill.api.RawConnection.RawAnswer;
import io.filemill.api.RunningApi;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A server to which nobody signs in. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenModeIT {
    private RunningApi api;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder,
                "filemill.auth.allowed-hosts",
                "Files.example.com"));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private RawAnswer send(String method, String host, String headers) throws IOException {
        try (var connection = new RawConnection(api.uri(""))) {
            return connection
                    .send(method + " /v1/limits/cluster/*/resume HTTP/1.1\r\nHost: " + host + "\r\n" + headers
                            + "Content-Length: 0\r\nConnection: close\r\n\r\n")
                    .answer(Duration.ofSeconds(10))
                    .orElseThrow();
        }
    }

    @Test
    void saysThatEverybodyMayDoEverything() {
        JsonNode me = api.get("/v1/me").json();
        assertThat(me.get("user_id").stringValue()).isEqualTo("anonymous");
        assertThat(me.get("open").booleanValue()).isTrue();
        assertThat(me.get("notice").stringValue()).contains("No sign-in is set up");
        assertThat(me.get("scopes")).hasSize(3);
        assertThat(api.get("/v1/keys").status()).isEqualTo(200);
        assertThat(api.get("/dashboard").text()).contains("<html");
        assertThat(api.post("/v1/events/ticket").status()).isEqualTo(201);
        assertThat(api.get("/v1/me").header("X-Frame-Options")).isEqualTo("DENY");
    }

    @Test
    void pagesOfOtherSitesChangeNothing() throws IOException {
        for (String origin : List.of("https://evil.example", "null", "http://127.0.0.1:1", "http://[", "")) {
            RawAnswer answer = send("POST", "127.0.0.1", "Origin: " + origin + "\r\n");
            assertThat(answer.status()).as(origin).isEqualTo(403);
            assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/forbidden");
        }
        assertThat(send("POST", "127.0.0.1:8080", "Origin: http://127.0.0.1:8080\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(send("POST", "127.0.0.1", "Origin: https://files.example.com\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void namesThatMayLeadHereForAnotherSiteAreRefused() throws IOException {
        for (String host :
                List.of("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "evil.localhost.example")) {
            assertThat(send("POST", host, "").status()).as(host).isEqualTo(403);
        }
        for (String host :
                List.of("localhost:8080", "[::1]:8080", "127.0.0.1", "api", "a.localhost", "files.example.com")) {
            assertThat(send("POST", host, "").status()).as(host).isEqualTo(200);
        }
    }

    @Test
    void refusesToListenForOtherMachines(@TempDir Path folder) throws IOException {
        for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
            Map<String, Object> settings = Map.of("filemill.host", host, "filemill.db.data-dir", folder);
            assertThatThrownBy(() -> ApiApplication.start(settings))
                    .as(host)
                    .isInstanceOf(OpenModeCheck.OpenToNetworkException.class)
                    .hasMessageContaining(host)
                    .hasMessageContaining("FILEMILL_AUTH=required");
        }
        try (var files = Files.list(folder)) {
            assertThat(files).as("nothing was started").isEmpty();
        }
    }
}
