package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** The commands about files, tasks, limits, nodes and webhooks that are one request each. */
final class AdministrationTest {
    private static final String TASK = Tasks.running(3, 1, 0, 10);
    private static final String LIMIT = """
            {"scope": "user", "name": "ann", "paused": false, "max_running": 4, "rate_per_second": null, "burst": null,
             "max_queued_files": 100, "max_queued_bytes": null, "updated_at": "2026-11-24T08:00:00Z"}""";
    private static final String WEBHOOK = """
            {"id": "w-1", "url": "https://example.org/in", "events": ["task.completed"], "description": "", "enabled": true,
             "disabled_reason": null, "secret": "whsec_x"}""";
    private static final String DELIVERY = """
            {"id": 7, "event_id": "e", "event_type": "ping", "task_id": null, "sequence": 0, "status": "pending", "attempts": 0,
             "response_status": null, "error": null, "created_at": "2026-11-24T08:00:00Z"}""";
    private static final String FILE = """
            {"file_id": 7, "item": "/in/a.pdf", "filename": "a.pdf", "size_bytes": 12, "sha256": null, "status": "failed",
             "error": "It is damaged.", "error_code": "CORRUPT", "node": "n-1", "duration_seconds": 1.5,
             "attempts": [{"attempt": 1, "ended": "crashed", "node": "n-2", "ended_at": "2026-11-24T08:00:00Z"}]}""";

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Arguments command(String line, String request, String sent, String answer, String text) {
        return Arguments.of(line, request, sent, answer, text);
    }

    static Stream<Arguments> commands() {
        return Stream.of(
                command(
                        "pause t-1",
                        "POST /v1/tasks/t-1/pause",
                        "",
                        TASK,
                        "Paused task t-1: 7 files wait, 0 still run"),
                command("resume t-1", "POST /v1/tasks/t-1/resume", "", TASK, "Resumed task t-1: 7 files wait"),
                command(
                        "priority t-1 9",
                        "PATCH /v1/tasks/t-1",
                        "{\"priority\": 9}",
                        "{\"task_id\": \"t-1\", \"priority\": 9, \"not_before\": null}",
                        "Task t-1 has priority 9"),
                command(
                        "priority t-1 --not-before 2027-01-31T22:00:00Z",
                        "PATCH /v1/tasks/t-1",
                        "{\"not_before\": \"2027-01-31T22:00:00Z\"}",
                        "{\"task_id\": \"t-1\", \"priority\": 5, \"not_before\": \"2027-01-31T22:00:00Z\"}",
                        "Task t-1 has priority 5 and starts not before 2027-"),
                command(
                        "cancel --file 7",
                        "POST /v1/files/7/cancel",
                        "",
                        "{\"file_id\": 7, \"task_id\": \"t-1\", \"outcome\": \"cancelled\"}",
                        "Cancelled file 7"),
                command(
                        "retry t-1 --code CORRUPT --code EMPTY --retryable --file 7 --item a",
                        "POST /v1/tasks/t-1/retry",
                        "{\"error_codes\": [\"CORRUPT\", \"EMPTY\"], \"retryable\": true, \"file_ids\": [7], \"items\": [\"a\"]}",
                        "{\"task_id\": \"t-1\", \"retried\": 2, \"skipped_files\": 0, \"skipped\": []}",
                        "2 files wait again"),
                command(
                        "retry t-1 --failed",
                        "POST /v1/tasks/t-1/retry",
                        "{}",
                        "{\"task_id\": \"t-1\", \"retried\": 1, \"skipped_files\": 0, \"skipped\": []}",
                        "1 file waits again"),
                command(
                        "files t-1 --status failed --code CORRUPT --limit 5",
                        "GET /v1/tasks/t-1/files?status=failed&error_code=CORRUPT&limit=5",
                        "",
                        "{\"files\": [" + FILE + "], \"next_cursor\": null}",
                        "FILE  STATUS  CODE     NAME\n7     failed  CORRUPT  /in/a.pdf\n"),
                command("file 7", "GET /v1/files/7", "", FILE, "  attempt 1  crashed on n-2 at 2026-11-24"),
                command(
                        "failures t-1",
                        "GET /v1/tasks/t-1/failures",
                        "",
                        """
                        {"failures": [{"error_code": "CORRUPT", "files": 2, "what_to_do": "Repair them.",
                                       "example": {"file_id": 7, "filename": "a.pdf", "error": "It is damaged."}}]}""",
                        "CORRUPT: 2 files\n    Repair them.\n    for example a.pdf: It is damaged.\n"),
                command(
                        "quarantine --limit 5",
                        "GET /v1/quarantine?limit=5",
                        "",
                        "{\"files\": [" + FILE + "], \"next_cursor\": null}",
                        "7     CORRUPT  /in/a.pdf"),
                command(
                        "retry --file 7",
                        "POST /v1/files/7/retry",
                        "",
                        "{\"task_id\": \"t-1\", \"retried\": 1, \"skipped_files\": 0, \"skipped\": []}",
                        "1 file waits again"),
                command(
                        "retry t-1 --permanent",
                        "POST /v1/tasks/t-1/retry",
                        "{\"retryable\": false}",
                        "{\"task_id\": \"t-1\", \"retried\": 0, \"skipped_files\": 0, \"skipped\": []}",
                        "0 files wait again"),
                command(
                        "status --status failed --outcome cancelled --from 2027-01-31T22:00:00Z --before x",
                        "GET /v1/tasks?status=failed&outcome=cancelled&created_from=2027-01-31T22%3A00%3A00Z&created_before=x&limit=20",
                        "",
                        "{\"tasks\": [], \"next_cursor\": null}",
                        "There are no such tasks\n"),
                command(
                        "delete --ended --yes",
                        "DELETE /v1/tasks",
                        "",
                        "{\"deleted_tasks\": 2, \"task_ids\": [\"t-2\", \"t-1\"]}",
                        "Deleted 2 tasks\n"),
                command("whoami", "GET /v1/me", "", """
                        {"user_id": "ann", "scopes": ["admin", "knowledge:upload"], "signed_in_by": "api_key", "key_id": "k-1",
                         "open": false}""", """
                        User ann
                          sign-in    api key
                          key        k-1
                          may        admin, knowledge:upload
                        """),
                command(
                        "audit --user ann --subject t-1 --limit 5",
                        "GET /v1/audit?user=ann&subject=t-1&limit=5",
                        "",
                        """
                        {"events": [{"id": 1, "happened_at": "2026-11-24T08:00:00Z", "user_id": "ann", "key_id": null, "client": "10.0.0.7",
                                     "action": "task.cancel", "subject": "t-1", "detail": {"files": 3}}], "next_cursor": null}""",
                        "ann   10.0.0.7  task.cancel  t-1      {\"files\":3}\n"),
                command(
                        "stats --history=10",
                        "GET /v1/stats/queue/history?minutes=10",
                        "",
                        """
                        {"minutes": 10, "step_seconds": 15, "samples": [
                          {"at": "2026-11-24T08:00:00Z", "ready": 120, "running": 8, "pending_later": 0, "paused": 1, "slots_total": 9,
                           "finished_per_second": 3.4, "failed_per_second": 0.1}]}""",
                        "120    8        0      1       9      3.4      0.1\n"),
                command("nodes", "GET /v1/nodes", "", """
                        {"nodes": [{"name": "n-1", "status": "active", "slots": 4, "busy_slots": 1, "cpus": 8, "memory_bytes": 16000000000,
                                    "capacity_reason": "half of the CPUs", "heartbeat_at": "2026-11-24T08:00:00Z"}]}""", "n-1   active  1/4   8     16.0 GB  2026-11-24"),
                command("stats", "GET /v1/stats/queue", "", """
                        {"ready": 5, "running": 1, "pending_later": 0, "paused": 2, "oldest_ready_age_seconds": 90.4, "slots_total": 4,
                         "slots_free": 3, "nodes": {"active": 1, "draining": 0, "lost": 0, "stopped": 0}}""", "  oldest     1 min 30 s\n"),
                command(
                        "limits",
                        "GET /v1/limits",
                        "",
                        "{\"limits\": [" + LIMIT + "]}",
                        "user   ann   4 running, 100 files queued"),
                command(
                        "limits get user ann",
                        "GET /v1/limits/user/ann",
                        "",
                        LIMIT,
                        "user ann: 4 running, 100 files queued"),
                command(
                        "limits set user * --max-running 4 --max-queued-files 100",
                        "PUT /v1/limits/user/*",
                        """
                        {"max_running": 4, "rate_per_second": null, "burst": null, "max_queued_files": 100, "max_queued_bytes": null}""",
                        LIMIT,
                        "user ann: 4 running"),
                command("limits pause cluster *", "POST /v1/limits/cluster/*/pause", "", LIMIT, "user ann"),
                command("limits resume cluster *", "POST /v1/limits/cluster/*/resume", "", LIMIT, "user ann"),
                command(
                        "webhooks",
                        "GET /v1/webhooks",
                        "",
                        "{\"webhooks\": [" + WEBHOOK + "]}",
                        "w-1      enabled  task.completed  https://example.org/in"),
                command("webhooks get w-1", "GET /v1/webhooks/w-1", "", WEBHOOK, "Webhook w-1 to https"),
                command(
                        "webhooks delivery w-1 7",
                        "GET /v1/webhooks/w-1/deliveries/7",
                        "",
                        DELIVERY.replace("}", ", \"payload\": {\"type\": \"ping\"}}"),
                        "  sent       {\"type\":\"ping\"}\n"),
                command(
                        "webhooks create https://example.org/in --event task.completed",
                        "POST /v1/webhooks",
                        "{\"url\": \"https://example.org/in\", \"events\": [\"task.completed\"]}",
                        WEBHOOK,
                        "shown only now: whsec_x"),
                command(
                        "webhooks change w-1 --enabled false",
                        "PATCH /v1/webhooks/w-1",
                        "{\"enabled\": false}",
                        WEBHOOK,
                        "Webhook w-1 to https://example.org/in is enabled"),
                command(
                        "webhooks rotate-secret w-1 --secret whsec_eA== --overlap 60",
                        "POST /v1/webhooks/w-1/rotate-secret",
                        "{\"secret\": \"whsec_eA==\", \"overlap_seconds\": 60}",
                        WEBHOOK,
                        "whsec_x"),
                command("webhooks test w-1", "POST /v1/webhooks/w-1/test", "", DELIVERY, "Sending delivery 7"),
                command(
                        "webhooks redeliver w-1 7",
                        "POST /v1/webhooks/w-1/deliveries/7/redeliver",
                        "",
                        DELIVERY,
                        "Sending delivery 7"),
                command(
                        "webhooks deliveries w-1 --status pending",
                        "GET /v1/webhooks/w-1/deliveries?status=pending&limit=20",
                        "",
                        "{\"deliveries\": [" + DELIVERY + "], \"next_cursor\": null}",
                        "7         ping   -     pending  0      -       2026-11-24"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void asksAndShowsTheAnswer(String line, String request, String sent, String answer, String text) {
        server.on(request, 200, answer);

        Cli.Result result = new Cli().talkingTo(server).run(line.split(" "));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains(text);
        assertThat(result.err()).isEmpty();
        if (!sent.isEmpty()) {
            assertThat(JsonMapper.shared().readTree(server.lastBody()))
                    .isEqualTo(JsonMapper.shared().readTree(sent));
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void writesTheAnswerAsOneJsonDocument(String line, String request, String sent, String answer, String text) {
        server.on(request, 200, answer);

        Cli.Result result = new Cli().talkingTo(server).run((line + " --json").split(" "));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(JsonMapper.shared().readTree(result.out()))
                .isEqualTo(JsonMapper.shared().readTree(answer));
    }

    @Test
    void deletesLimitsAndWebhooks() {
        server.on("DELETE /v1/limits/user/ann", 204, "").on("DELETE /v1/webhooks/w-1", 204, "");

        assertThat(new Cli()
                        .talkingTo(server)
                        .run("limits", "delete", "user", "ann")
                        .out())
                .isEqualTo("Deleted user ann\n");
        assertThat(JsonMapper.shared()
                        .readTree(new Cli()
                                .talkingTo(server)
                                .run("webhooks", "delete", "w-1", "--json")
                                .out())
                        .get("deleted")
                        .stringValue())
                .isEqualTo("w-1");
    }

    @Test
    void saysThatNobodySignsIn() {
        server.on("GET /v1/me", 200, """
                {"user_id": "anonymous", "scopes": [], "signed_in_by": "none", "open": true, "notice": "No sign-in is set up."}""");

        assertThat(new Cli().talkingTo(server).run("whoami").err()).isEqualTo("No sign-in is set up.\n");
    }

    @Test
    void namesTheFilesThatCannotBeTriedAgain() {
        server.on("POST /v1/tasks/t-1/retry", 202, """
                {"task_id": "t-1", "retried": 0, "skipped_files": 2,
                 "skipped": [{"file_id": 7, "item": "a", "filename": "a", "reason": "source_file_missing"}]}""");

        Cli.Result result = new Cli().talkingTo(server).run("retry", "t-1");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("  not a: source file missing\n  … and 1 more\n");
    }

    @Test
    void watchesWhatIsTriedAgainToItsEnd() {
        server.on("POST /v1/tasks/t-1/retry", 202, """
                        {"task_id": "t-1", "retried": 1, "skipped_files": 0, "skipped": []}""")
                .on("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2))
                .on("GET /v1/tasks/t-1", 200, Tasks.finished(1, 0, 2))
                .on("GET /v1/tasks/t-1/files?status=failed&limit=20", 200, Tasks.files());

        Cli.Result result = new Cli().talkingTo(server).run("retry", "t-1", "--watch");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).containsPattern("failed +1\n");
    }

    @Test
    void listsMoreThanAPage() {
        server.on("GET /v1/tasks/t-1/files?limit=1000", 200, "{\"files\": [" + FILE + "], \"next_cursor\": \"x/y\"}")
                .on(
                        "GET /v1/tasks/t-1/files?limit=1000&cursor=x%2Fy",
                        200, "{\"files\": [" + FILE + "], \"next_cursor\": null}");

        Cli.Result result = new Cli().talkingTo(server).run("files", "t-1", "--limit", "5000", "--json");

        assertThat(JsonMapper.shared().readTree(result.out()).get("files")).hasSize(2);
        assertThat(JsonMapper.shared().readTree(result.out()).get("next_cursor").isNull())
                .isTrue();
    }
}
