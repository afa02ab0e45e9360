package io.filemill.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.NewApiKey;
import io.filemill.db.token.TaskTokens;
import io.filemill.db.token.UserToken;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.server.PathContainer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** A server at which callers must sign in, with API keys and an identity provider. */
@ExtendWith({PostgresExtension.class, OutputCaptureExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInIT {
    private static final String UPLOAD = "knowledge:upload";
    private static final String READ = "knowledge:read:own";
    private static final Set<String> PUBLIC =
            Set.of("GET /v1", "GET /v1/openapi.json", "GET /v1/docs", "GET /v1/docs/{name}");

    private final Issuer issuer = new Issuer();
    private final ECKey signingKey = Issuer.newKey("one");
    private RunningApi api;
    private TestDatabase database;
    private String ann;
    private String bob;
    private String admin;
    private Answer whileAway;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        issuer.publish(signingKey);
        api = RunningApi.start(Map.of(
                "filemill.db.url", database.url,
                "filemill.db.data-dir", folder,
                "filemill.auth.jwt.issuer", issuer.url(),
                "filemill.auth.jwt.audience", Issuer.AUDIENCE,
                "filemill.auth.share-anonymous", "cancel",
                "filemill.auth.trusted-proxies", "127.0.0.0/8,10.0.0.0/8",
                "filemill.auth.token-processors", "delegate",
                "filemill.tokens.key", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
                "filemill.processors", "document,noop,delegate"));
        issuer.setAway(true);
        whileAway = get(issuer.token(signingKey, "ann", READ), "/v1/tasks");
        issuer.setAway(false);
    }

    @AfterAll
    void stop() {
        api.close();
        issuer.close();
    }

    @BeforeEach
    void makeKeys() {
        database.empty();
        ann = key("ann", UPLOAD, READ);
        bob = key("bob", UPLOAD, READ);
        admin = key("root", "admin");
    }

    private String key(String owner, String... scopes) {
        return new ApiKeys(database.jdbc)
                .create(new NewApiKey(owner, "", List.of(scopes), null))
                .secret();
    }

    private Answer send(@Nullable String token, String method, String path, @Nullable String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.uri(path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return api.send(request.method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json)));
    }

    private Answer get(@Nullable String token, String path) {
        return send(token, "GET", path, null);
    }

    private String submit(String token) {
        Answer accepted = send(token, "POST", "/v1/tasks", "{\"processor\": \"noop\", \"items\": [\"a\", \"b\"]}");
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    private static void assertProblem(Answer answer, int status, String type) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/" + type);
    }

    /** A method and a path with its variables. */
    private record Route(String method, String pattern) {
        String path(String id) {
            return pattern.replaceFirst("\\{[^}]*}", id).replaceAll("\\{[^}]*}", "1");
        }

        @Nullable
        String body() {
            return switch (method) {
                case "PATCH" -> "{\"priority\": 1}";
                case "POST", "PUT" -> pattern.endsWith("/files/cancel") ? "{\"file_path\": \"file 1\"}" : "{}";
                default -> null;
            };
        }
    }

    /** Every route that a controller has. */
    private static boolean isOfATest(Class<?> type) {
        return type.getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .contains("test-classes");
    }

    private List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        api.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, handler) -> {
                    if (isOfATest(handler.getBeanType())) {
                        return;
                    }
                    for (String pattern : mapping.getPatternValues()) {
                        var methods = mapping.getMethodsCondition().getMethods();
                        assertThat(methods).as(pattern).isNotEmpty();
                        methods.forEach(method -> routes.add(new Route(method.name(), pattern)));
                    }
                });
        return routes.stream().distinct().toList();
    }

    List<Route> routesOfOneTask() {
        return routes().stream()
                .filter(route -> route.pattern().matches("(/v1)?/tasks/\\{.*"))
                .toList();
    }

    List<Route> routesOfOneFile() {
        return routes().stream()
                .filter(route -> route.pattern().startsWith("/v1/files/{"))
                .toList();
    }

    private void assertForeignIsAsMissing(Route route, String foreign, String missing) {
        Answer ofForeign = send(ann, route.method(), route.path(foreign), route.body());
        Answer ofMissing = send(ann, route.method(), route.path(missing), route.body());
        boolean openRag = !route.pattern().startsWith("/v1");
        assertThat(ofForeign.status()).as(ofForeign.text()).isIn(openRag ? List.of(404, 400) : List.of(404));
        assertThat(ofMissing.status()).isEqualTo(ofForeign.status());
        assertThat(ofMissing.text().replace(missing, "?"))
                .isEqualTo(ofForeign.text().replace(foreign, "?"));
        assertThat(ofMissing.response().headers().map().keySet())
                .isEqualTo(ofForeign.response().headers().map().keySet());
    }

    @ParameterizedTest
    @MethodSource("routesOfOneTask")
    void aForeignTaskIsAsAMissingOne(Route route) {
        UUID foreign = database.submit("bob", 1);
        assertForeignIsAsMissing(route, foreign.toString(), UUID.randomUUID().toString());
        assertThat(database.task(foreign).status().isFinal()).isFalse();
        assertThat(database.task(foreign).pausedBy()).isNull();
        assertThat(database.task(foreign).priority()).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("routesOfOneFile")
    void aForeignFileIsAsAMissingOne(Route route) {
        UUID foreign = database.submit("bob", 1);
        assertForeignIsAsMissing(route, database.fileIds(foreign).get(0).toString(), "987654321");
        assertThat(database.task(foreign).status().isFinal()).isFalse();
    }

    @Test
    void everyRouteHasARuleOfItsOwnAndObeysIt() {
        var rules = new AccessRules();
        Set<String> open = new TreeSet<>();
        String nothing = issuer.token(signingKey, "carl", "openid");
        String readOnly = key("carl", READ);
        for (Route route : routes()) {
            String path = route.path(UUID.randomUUID().toString());
            PathContainer parsed = PathContainer.parsePath(path.replace("*", "x"));
            String shown = route.method() + " " + route.pattern();
            assertThat(rules.know(route.method(), parsed)).as(shown).isTrue();
            Access access = rules.of(route.method(), parsed);
            if (access == Access.PUBLIC) {
                open.add(shown);
                continue;
            }
            assertThat(send(null, route.method(), path, route.body()).status())
                    .as(shown)
                    .isEqualTo(401);
            if (access != Access.SIGNED_IN) {
                assertThat(send(nothing, route.method(), path, route.body()).status())
                        .as(shown)
                        .isEqualTo(403);
            }
            if (access == Access.SUBMIT || access == Access.ADMIN) {
                assertThat(send(readOnly, route.method(), path, route.body()).status())
                        .as(shown)
                        .isEqualTo(403);
            }
            if (route.pattern().matches(".*(keys|audit|nodes|prometheus).*")) {
                assertThat(access).as(shown).isEqualTo(Access.ADMIN);
            }
        }
        assertThat(open).containsExactlyInAnyOrderElementsOf(PUBLIC);
    }

    @Test
    void whatIsRefusedSaysWhyAndHow() {
        Answer unknown = get(null, "/v1/tasks");
        assertProblem(unknown, 401, "not-signed-in");
        assertThat(unknown.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"filemill\"");
        for (String token : List.of("fm_" + "x".repeat(43), "a.b.c", "x", "x y")) {
            Answer wrong = get(token, "/v1/tasks");
            assertProblem(wrong, 401, "not-signed-in");
            assertThat(wrong.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
            assertThat(wrong.text()).doesNotContain("xxxx");
        }
        Answer weak = get(ann, "/v1/nodes");
        assertProblem(weak, 403, "forbidden");
        assertThat(weak.header("WWW-Authenticate")).contains("insufficient_scope", "scope=\"admin\"");
        assertThat(get(null, "/tasks").text()).startsWith("{\"error\":\"");
        assertThat(get(null, "/tasks").status()).isEqualTo(401);
        assertThat(get(null, "/actuator/anything").status()).isEqualTo(401);
        assertThat(get(ann, "/nothing").status()).isEqualTo(403);
        assertThat(get(admin, "/nothing").status()).isEqualTo(404);
        for (String path : List.of("/v1/%6eodes", "/v1/nodes/", "/v1//nodes", "/v1/x/../nodes", "/v1/nodes;a=b")) {
            assertThat(get(ann, path).status()).as(path).isIn(400, 403);
        }
        for (String path : List.of("/v1", "/livez", "/readyz", "/actuator/health/readiness")) {
            assertThat(get(null, path).status()).as(path).isEqualTo(200);
        }
        assertThat(unknown.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(unknown.header("Content-Security-Policy")).contains("default-src 'none'");
    }

    @Test
    void scopesSayWhatMayBeDone() {
        String reader = key("ann", READ);
        String writer = key("ann", UPLOAD);
        String task = submit(writer);
        assertThat(get(reader, "/v1/tasks/" + task).status()).isEqualTo(200);
        assertThat(get(writer, "/v1/tasks/" + task).status()).isEqualTo(403);
        assertThat(send(reader, "POST", "/v1/tasks/" + task + "/cancel", null).status())
                .isEqualTo(403);
        assertThat(send(reader, "POST", "/tasks/" + task + "/cancel", null).text())
                .startsWith("{\"error\":\"");
        assertThat(send(writer, "POST", "/v1/tasks/" + task + "/cancel", null).status())
                .isEqualTo(200);
        assertThat(get(admin, "/v1/tasks/" + task).status())
                .as("another user's")
                .isEqualTo(404);
        assertThat(get(admin, "/v1/nodes").status()).isEqualTo(200);
    }

    @Test
    void tokensAndKeysOfAUserSeeTheSame() {
        String task = submit(ann);
        String token = issuer.token(signingKey, "ann", READ + " openid");
        assertThat(get(token, "/v1/tasks/" + task).status()).isEqualTo(200);
        JsonNode me = get(token, "/v1/me").json();
        assertThat(me.get("user_id").stringValue()).isEqualTo("ann");
        assertThat(me.get("scopes").toString()).isEqualTo("[\"" + READ + "\"]");
        assertThat(me.get("signed_in_by").stringValue()).isEqualTo("jwt");
        assertThat(me.get("open").booleanValue()).isFalse();
        assertThat(me.get("dashboard").booleanValue()).isFalse();
        assertThat(get(admin, "/v1/me").json().get("dashboard").booleanValue()).isTrue();
        assertThat(get(ann, "/v1/me").json().get("signed_in_by").stringValue()).isEqualTo("api_key");
        assertThat(get(token, "/v1/tasks").json().get("tasks")).hasSize(1);
        assertThat(get(bob, "/v1/tasks").json().get("tasks")).isEmpty();
        assertThat(get(bob, "/tasks").text()).isEqualTo("{\"tasks\":[]}");
    }

    @Test
    void searchesFindOwnDocumentsOnly() {
        database.jdbc.sql("""
                with d as (
                    insert into document (user_id, sha256, filename, mimetype, size_bytes, truncated, metadata, file_task_id)
                    values ('bob', repeat('a', 64), 'bob.txt', 'text/plain', 1, false, '{}', 1) returning id)
                insert into chunk (document_id, ordinal, type, text) select id, 0, 'text', 'a secret sofa' from d
                """).update();
        assertThat(get(bob, "/v1/search?q=sofa").json().get("total").intValue()).isEqualTo(1);
        assertThat(get(ann, "/v1/search?q=sofa").json().get("total").intValue()).isZero();
        assertThat(get(admin, "/v1/search?q=sofa").json().get("total").intValue())
                .isZero();
    }

    @Test
    void usersSeeTheirOwnLimitsOnly() {
        for (String user : List.of("ann", "bob")) {
            assertThat(send(admin, "PUT", "/v1/limits/user/" + user, "{\"max_running\": 2}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(get(ann, "/v1/limits/user/ann").status()).isEqualTo(200);
        Answer foreign = get(ann, "/v1/limits/user/bob");
        Answer missing = get(ann, "/v1/limits/user/eve");
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.text().replace("bob", "?")).isEqualTo(missing.text().replace("eve", "?"));
        assertThat(get(ann, "/v1/limits").status()).isEqualTo(403);
        assertThat(send(ann, "PUT", "/v1/limits/user/ann", "{}").status()).isEqualTo(403);
        assertThat(send(ann, "POST", "/v1/limits/user/ann/resume", null).status())
                .isEqualTo(403);
    }

    @Test
    void anonymousTasksAreSharedWhereTheSwitchIsOn() {
        UUID shared = database.submit("anonymous", 2);
        String own = submit(ann);
        List<String> listed = get(ann, "/v1/tasks?limit=1")
                .json()
                .get("tasks")
                .valueStream()
                .map(task -> task.get("task_id").stringValue())
                .toList();
        assertThat(listed).containsExactly(own);
        String cursor = get(ann, "/v1/tasks?limit=1").json().get("next_cursor").stringValue();
        assertThat(get(ann, "/v1/tasks?limit=1&cursor=" + cursor)
                        .json()
                        .at("/tasks/0/task_id")
                        .stringValue())
                .isEqualTo(shared.toString());
        assertThat(get(ann, "/tasks").json().get("tasks")).hasSize(2);
        assertThat(get(ann, "/v1/tasks/" + shared + "/files").json().get("files"))
                .hasSize(2);
        assertThat(send(ann, "POST", "/v1/tasks/" + shared + "/pause", null).status())
                .isEqualTo(404);
        long file = database.fileIds(shared).get(0);
        assertThat(send(ann, "POST", "/v1/files/" + file + "/cancel", null).status())
                .isEqualTo(200);
        assertThat(send(ann, "POST", "/tasks/" + shared + "/cancel", null).status())
                .isEqualTo(200);
        assertThat(send(ann, "POST", "/v1/tasks/" + shared + "/retry", null).status())
                .isEqualTo(404);
    }

    @Test
    void administratorsMakeAndRevokeKeys() {
        Answer made =
                send(admin, "POST", "/v1/keys", "{\"owner\": \"dora\", \"name\": \"ci\", \"expires_in_days\": 30}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        String secret = made.json().get("key").stringValue();
        assertThat(get(secret, "/v1/me").json().get("user_id").stringValue()).isEqualTo("dora");
        String list = get(admin, "/v1/keys").text();
        assertThat(list).contains("\"owner\":\"dora\"").doesNotContain(secret).doesNotContain("\"key\"");
        String id = made.json().get("id").stringValue();
        assertThat(send(admin, "DELETE", "/v1/keys/" + id, null)
                        .json()
                        .get("revoked_at")
                        .isNull())
                .isFalse();
        assertProblem(get(secret, "/v1/me"), 401, "not-signed-in");
        assertProblem(send(admin, "DELETE", "/v1/keys/" + UUID.randomUUID(), null), 404, "not-found");
        assertProblem(send(admin, "DELETE", "/v1/keys/x", null), 404, "not-found");
        for (String wrong : List.of(
                "{}",
                "{\"owner\": \" \"}",
                "{\"owner\": \"a\", \"scopes\": []}",
                "{\"owner\": \"a\", \"scopes\": [\"root\"]}",
                "{\"owner\": \"a\", \"scopes\": [null]}",
                "{\"owner\": \"a\", \"expires_in_days\": 0}",
                "{\"owner\": \"a\\u0000\"}")) {
            assertProblem(send(admin, "POST", "/v1/keys", wrong), 400, "invalid-request");
        }
    }

    @Test
    void ticketsOpenStreamsAndNothingElse() {
        String ticket = send(ann, "POST", "/v1/events/ticket", null)
                .json()
                .get("ticket")
                .stringValue();
        String missing = "/v1/tasks/" + UUID.randomUUID();
        assertThat(get(null, missing + "/events?ticket=" + ticket).status()).isEqualTo(404);
        assertThat(get(null, missing + "/events?ticket=x").status()).isEqualTo(401);
        assertThat(get(null, missing + "/events").status()).isEqualTo(401);
        for (String path : List.of("/v1/me", "/v1/tasks", missing)) {
            assertThat(get(null, path + "?ticket=" + ticket).status()).as(path).isEqualTo(401);
        }
        database.jdbc.sql("update event_ticket set expires_at = now()").update();
        assertThat(get(null, missing + "/events?ticket=" + ticket).status()).isEqualTo(401);
    }

    @Test
    void theDashboardIsForAdministratorsWhoseBrowserAsksForTheKey() {
        database.submit("bob", 3);
        assertThat(get(ann, "/dashboard").status()).isEqualTo(403);
        Answer unknown = get(null, "/dashboard");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.response().headers().allValues("WWW-Authenticate"))
                .anyMatch(challenge -> challenge.startsWith("Basic "));
        String basic = "Basic " + Base64.getEncoder().encodeToString((":" + admin).getBytes(StandardCharsets.UTF_8));
        Answer page = send(null, "GET", "/dashboard", null, "Authorization", basic);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("<html");
        Answer jobs = send(null, "GET", "/api/jobs?state=ENQUEUED", null, "Authorization", basic);
        assertThat(jobs.text()).contains("Ingest file 1");
        assertThat(send(null, "DELETE", "/api/jobs/x", null, "Authorization", basic)
                        .status())
                .isEqualTo(405);
        assertThat(send(null, "GET", "/v1/tasks", null, "Authorization", basic).status())
                .as("a password is for the dashboard only")
                .isEqualTo(401);
        assertThat(get(null, "/sse/servers").status()).isEqualTo(401);
    }

    @Test
    void theAuditLogSaysWhoDidWhatFromWhere() {
        String task = submit(ann);
        send(
                ann,
                "POST",
                "/v1/tasks/" + task + "/pause",
                null,
                "X-Forwarded-For",
                "198.51.100.9, 203.0.113.7, 10.1.2.3");
        send(ann, "POST", "/v1/tasks/" + task + "/resume", null);
        send(bob, "POST", "/v1/tasks/" + task + "/cancel", null);
        send(ann, "PATCH", "/v1/tasks/" + task, "{\"priority\": 9}");
        send(ann, "POST", "/v1/tasks/" + task + "/cancel", null);
        send(ann, "POST", "/v1/tasks/" + task + "/cancel", null);
        send(ann, "POST", "/v1/tasks/" + task + "/retry", "{\"error_codes\": [\"CANCELLED\"]}");
        JsonNode events = get(admin, "/v1/audit?subject=" + task).json().get("events");
        assertThat(events.valueStream().map(event -> event.get("action").stringValue()))
                .containsExactly(
                        "task.retry", "task.cancel", "task.change", "task.resume", "task.pause", "task.submit");
        assertThat(events.valueStream().map(event -> event.get("user_id").stringValue()))
                .containsOnly("ann");
        assertThat(events.get(4).get("client").stringValue()).isEqualTo("203.0.113.7");
        assertThat(events.get(5).get("client").stringValue()).isEqualTo("127.0.0.1");
        assertThat(events.get(5).get("key_id").isNull()).isFalse();
        assertThat(events.get(5).at("/detail/files").intValue()).isEqualTo(2);

        JsonNode page = get(admin, "/v1/audit?limit=2&subject=" + task).json();
        assertThat(page.get("events")).hasSize(2);
        JsonNode next = get(
                        admin,
                        "/v1/audit?limit=2&subject=" + task + "&cursor="
                                + page.get("next_cursor").stringValue())
                .json();
        assertThat(next.at("/events/0/action").stringValue()).isEqualTo("task.change");
        assertThat(get(admin, "/v1/audit?user=bob&subject=" + task).json().get("events"))
                .isEmpty();
        for (String wrong : List.of("limit=0", "limit=x", "cursor=x", "user=%00")) {
            assertProblem(get(admin, "/v1/audit?" + wrong), 400, "invalid-request");
        }
        assertThat(get(ann, "/v1/audit").status()).isEqualTo(403);
    }

    @Test
    void theTokenOfAUserIsNowhereToBeRead(CapturedOutput log) {
        String token = issuer.token(signingKey, "ann", UPLOAD + " " + READ);
        String canary = token.substring(token.lastIndexOf('.') + 1);
        String body = "{\"processor\": \"delegate\", \"items\": [\"a\"]}";
        assertProblem(send(ann, "POST", "/v1/tasks", body), 409, "no-user-token");
        String task =
                send(token, "POST", "/v1/tasks", body).json().get("task_id").stringValue();
        var tokens = api.bean(TaskTokens.class);
        assertThat(tokens.find(UUID.fromString(task)).map(UserToken::value)).contains(token);
        assertThat(get(token, "/v1/tasks/" + task).text()).doesNotContain(canary);
        assertThat(everything())
                .contains(task)
                .doesNotContain(canary)
                .doesNotContain(hex(canary))
                .doesNotContain(ann);

        assertThat(send(ann, "POST", "/v1/tasks/" + task + "/cancel", null).status())
                .isEqualTo(200);
        assertThat(tokens.find(UUID.fromString(task))).isEmpty();
        String again = "{\"error_codes\": [\"CANCELLED\"]}";
        assertProblem(send(ann, "POST", "/v1/tasks/" + task + "/retry", again), 409, "no-user-token");
        assertThat(send(token, "POST", "/v1/tasks/" + task + "/retry", again).status())
                .isEqualTo(202);
        assertThat(tokens.find(UUID.fromString(task))).isPresent();
        assertThat(log.getAll()).doesNotContain(canary).doesNotContain(ann);
    }

    private static String hex(String text) {
        return java.util.HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Every row of every table, as a dump would show it. */
    private String everything() {
        var dump = new StringBuilder();
        for (String table : database.jdbc
                .sql("select tablename from pg_tables where schemaname = 'public'")
                .query(String.class)
                .list()) {
            database.jdbc
                    .sql("select t::text from " + table + " t")
                    .query(String.class)
                    .list()
                    .forEach(dump::append);
        }
        return dump.toString();
    }

    @Test
    void anIdentityProviderThatIsAwayDoesNotMakeATokenWrong() {
        assertProblem(whileAway, 503, "identity-provider-away");
        assertThat(whileAway.header("Retry-After")).isEqualTo("5");
    }
}
