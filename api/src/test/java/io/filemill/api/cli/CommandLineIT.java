package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The command line against a real server: what the fake one cannot show. */
@ExtendWith(PostgresExtension.class)
class CommandLineIT {
    private Cli.Result run(RunningApi api, String... line) {
        return new Cli()
                .env("FILEMILL_PORT", String.valueOf(api.uri("").getPort()))
                .run(line);
    }

    private JsonNode json(RunningApi api, String... line) {
        Cli.Result result = run(api, line);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return JsonMapper.shared().readTree(result.out());
    }

    @Test
    void aTaskIsSubmittedLookedAtReportedAndSubmittedAgain(TestDatabase database, @TempDir Path folder)
            throws IOException {
        Path manifest = Files.writeString(folder.resolve("list.jsonl"), "\"a\"\n\"=b\"\n\"c\"\n");
        Path report = folder.resolve("failed.csv");
        try (RunningApi api = RunningApi.start(
                Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder.resolve("data")))) {
            database.manyNodes();
            String task = json(
                            api,
                            "ingest",
                            "--manifest",
                            manifest.toString(),
                            "--processor",
                            "noop",
                            "--detach",
                            "--json")
                    .get("task_id")
                    .stringValue();
            assertThat(json(api, "priority", task, "9", "--json")
                            .get("priority")
                            .intValue())
                    .isEqualTo(9);
            finish(database, task);

            JsonNode written = json(api, "report", task, "--failed", "--json", "-o", report.toString());
            String again = json(
                            api, "ingest", "--manifest", report.toString(), "--processor", "noop", "--detach", "--json")
                    .get("task_id")
                    .stringValue();

            assertThat(written.get("verified").booleanValue())
                    .as("by the trailer")
                    .isTrue();
            assertThat(json(api, "files", again, "--json").get("files"))
                    .extracting(file -> file.get("item").stringValue())
                    .containsExactly("=b");
            assertThat(run(api, "status", task, "--watch").exitCode()).isEqualTo(1);
            assertThat(json(api, "retry", task, "--code", "CORRUPT", "--json")
                            .get("retried")
                            .intValue())
                    .isEqualTo(1);
            assertThat(json(api, "limits", "set", "user", "*", "--max-running", "4", "--json")
                            .get("max_running")
                            .intValue())
                    .isEqualTo(4);
            assertThat(run(api, "limits", "delete", "user", "*").out()).isEqualTo("Deleted user *\n");
            assertThat(run(api, "limits", "delete", "user", "*").exitCode()).isEqualTo(5);
            assertThat(json(api, "pause", again, "--json").get("paused").booleanValue())
                    .isTrue();
            assertThat(json(api, "resume", again, "--json").get("paused").booleanValue())
                    .isFalse();
            assertThat(json(api, "cancel", again, "--json")
                            .get("cancelled_files")
                            .intValue())
                    .isEqualTo(1);
            assertThat(run(api, "pause", again).exitCode()).isEqualTo(6);
            assertThat(run(api, "priority", again, "10").exitCode()).isEqualTo(2);
            for (String command : List.of("nodes", "stats", "quarantine", "limits", "status")) {
                assertThat(json(api, command, "--json").isObject()).as(command).isTrue();
                assertThat(run(api, command).exitCode()).as(command).isZero();
            }
        }
    }

    @Test
    void aTaskThatHasEndedIsDeletedAndTheLogTellsIt(TestDatabase database, @TempDir Path folder) {
        try (RunningApi api =
                RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder))) {
            String[] submission =
                    "ingest --item a --item b --processor noop --priority 7 --idempotency-key k-1 --detach --json"
                            .split(" ");
            String task = json(api, submission).get("task_id").stringValue();
            assertThat(json(api, submission).get("task_id").stringValue()).isEqualTo(task);
            assertThat(json(api, "status", task, "--json").get("priority").intValue())
                    .isEqualTo(7);
            assertThat(run(api, "delete", task, "--yes").exitCode()).isEqualTo(6);
            assertThat(run(api, "cancel", task).exitCode()).isZero();

            Cli.Result events = run(api, "events", task, "--json");

            assertThat(events.exitCode()).as(events.err()).isEqualTo(3);
            assertThat(JsonMapper.shared().readTree(events.out()).get("outcome").stringValue())
                    .isEqualTo("cancelled");
            assertThat(json(api, "status", "--outcome", "cancelled", "--json").get("tasks"))
                    .hasSize(1);
            assertThat(json(api, "status", "--outcome", "success", "--json").get("tasks"))
                    .isEmpty();
            assertThat(json(api, "delete", task, "--yes", "--json")
                            .get("task_ids")
                            .get(0)
                            .stringValue())
                    .isEqualTo(task);
            assertThat(run(api, "delete", task, "--yes").exitCode()).isEqualTo(5);
            assertThat(json(api, "delete", "--ended", "--yes", "--json")
                            .get("deleted_tasks")
                            .intValue())
                    .isZero();
            assertThat(run(api, "delete", "--document", "none", "--yes").exitCode())
                    .isEqualTo(5);
            assertThat(json(api, "audit", "--subject", task, "--json").get("events"))
                    .extracting(event -> event.get("action").stringValue())
                    .containsExactly("task.delete", "task.cancel", "task.submit");
            for (String command : List.of("whoami", "audit", "stats --history", "webhooks")) {
                assertThat(json(api, (command + " --json").split(" ")).isObject())
                        .as(command)
                        .isTrue();
                assertThat(run(api, command.split(" ")).exitCode()).as(command).isZero();
            }
        }
    }

    /** The second file of three fails. */
    private static void finish(TestDatabase database, String task) {
        UUID node = database.node();
        for (FileTask file : database.fileTasks.list(UUID.fromString(task), TaskStatus.PENDING, null, 0, 10)) {
            assertThat(database.fileTasks.claim(file.id(), file.attempt(), node))
                    .isPresent();
            assertThat(database.fileTasks.finish(List.of(
                            file.item().equals("=b")
                                    ? FinishedFile.failed(file.id(), file.attempt(), TestDatabase.corrupt())
                                    : FinishedFile.with(
                                            file.id(),
                                            file.attempt(),
                                            TaskStatus.COMPLETED,
                                            JsonNodeFactory.instance.objectNode()))))
                    .isEqualTo(1);
        }
    }
}
