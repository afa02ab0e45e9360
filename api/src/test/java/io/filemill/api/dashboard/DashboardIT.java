package io.filemill.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardIT {
    private final HttpClient client = HttpClient.newHttpClient();
    private RunningApi api;
    private TestDatabase database;
    private Path folder;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
        api = RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        InetSocketAddress address = api.bean(Dashboard.class).address().orElseThrow();
        URI uri = URI.create("http://127.0.0.1:" + address.getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void listensOnTheAddressOfTheApiOnly() {
        InetSocketAddress address = api.bean(Dashboard.class).address().orElseThrow();
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void showsJobs() throws Exception {
        database.submit("anonymous", 3);
        assertThat(send("GET", "/").headers().firstValue("Location")).contains("/dashboard");
        assertThat(send("GET", "/dashboard").body()).contains("<html");
        HttpResponse<String> jobs = send("GET", "/api/jobs?state=ENQUEUED");
        assertThat(jobs.statusCode()).isEqualTo(200);
        assertThat(jobs.body()).contains("Ingest file 1", "Ingest file 3");
    }

    @Test
    void letsThePageReportNothingToTheMakersOfJobRunr() throws Exception {
        database.jdbc.sql("""
                        insert into jobrunr_metadata (id, name, owner, value, createdat, updatedat)
                        values ('id-cluster', 'id', 'cluster', 'the id it would report', now(), now())
                        on conflict (id) do update set value = excluded.value
                        """).update();
        assertThat(send("GET", "/api/version").body())
                .contains("\"allowAnonymousDataUsage\":false")
                .doesNotContain("the id it would report");
    }

    @Test
    void changesNothing() throws Exception {
        database.submit("anonymous", 1);
        String job = database.jdbc
                .sql("select id from jobrunr_jobs")
                .query(String.class)
                .single();
        for (String method : new String[] {"DELETE", "POST", "PUT", "PATCH"}) {
            for (String path : new String[] {"/api/jobs/" + job.strip(), "/api/jobs/" + job.strip() + "/requeue"}) {
                HttpResponse<String> answer = send(method, path);
                assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(405);
                assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
            }
        }
        assertThat(database.jdbc
                        .sql("select state from jobrunr_jobs")
                        .query(String.class)
                        .list())
                .containsExactly("ENQUEUED");
    }

    @Test
    void isNotThereWhenItIsSwitchedOffOrItsPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RunningApi off = RunningApi.start(Map.of(
                        "filemill.db.url",
                        database.url,
                        "filemill.db.data-dir",
                        folder,
                        "filemill.dashboard.enabled",
                        false));
                RunningApi without = RunningApi.start(Map.of(
                        "filemill.db.url",
                        database.url,
                        "filemill.db.data-dir",
                        folder,
                        "filemill.dashboard.port",
                        taken.getLocalPort()))) {
            assertThat(off.bean(Dashboard.class).address()).isEmpty();
            assertThat(without.bean(Dashboard.class).address()).isEmpty();
            assertThat(without.get("/v1").status()).isEqualTo(200);
        }
    }
}
