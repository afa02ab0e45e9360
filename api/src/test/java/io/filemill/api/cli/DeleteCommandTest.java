package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

final class DeleteCommandTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.on("DELETE /v1/tasks/t-1", 204, "")
                .on("DELETE /v1/tasks/t-2", 409, Tasks.problem(409, "Still running", "Cancel it first."))
                .on("DELETE /v1/tasks/t-3", 204, "")
                .on("DELETE /v1/tasks", 200, "{\"deleted_tasks\": 1, \"task_ids\": [\"t-1\"]}")
                .on("DELETE /v1/documents/d%2F1", 204, "");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void deletesWhatIsNamedAndSaysHowMany() {
        Cli.Result tasks = new Cli().talkingTo(server).run("delete", "t-1", "t-3", "--yes");
        Cli.Result documents = new Cli().talkingTo(server).run("delete", "--document", "d/1", "--yes");

        assertThat(tasks.exitCode()).as(tasks.err()).isZero();
        assertThat(tasks.out()).isEqualTo("Deleted 2 tasks\n");
        assertThat(documents.out()).isEqualTo("Deleted 1 document\n");
    }

    @Test
    void goesOnAfterOneThatCannotBeDeleted() {
        Cli.Result result = new Cli().talkingTo(server).run("delete", "t-1", "t-2", "t-3", "--yes");

        assertThat(result.exitCode()).isEqualTo(6);
        assertThat(result.err()).isEqualTo("Still running: Cancel it first.\n");
        assertThat(result.out()).isEqualTo("Deleted 2 tasks of 3\n");
    }

    @Test
    void namesThemAsJson() {
        Cli.Result result = new Cli().talkingTo(server).run("delete", "t-1", "t-2", "--yes", "--json");

        assertThat(JsonMapper.shared().readTree(result.out()))
                .isEqualTo(JsonMapper.shared().readTree("""
                        {"deleted_tasks": 1, "task_ids": ["t-1"]}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"y", "YES\n"})
    void doesItWhenTheAnswerIsYes(String answer) {
        Cli.Result result =
                new Cli().talkingTo(server).onTerminal().typing(answer).run("delete", "--ended");

        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEqualTo("Delete all of your tasks that have ended? [y/N] ");
        assertThat(result.out()).isEqualTo("Deleted 1 task\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "n\n", "yesterday\n"})
    void leavesEverythingAtAnyOtherAnswer(String answer) {
        Cli.Result result =
                new Cli().talkingTo(server).onTerminal().typing(answer).run("delete", "t-1", "t-3");

        assertThat(result.exitCode()).isEqualTo(130);
        assertThat(result.err()).isEqualTo("Delete 2 tasks? [y/N] Nothing was deleted\n");
        assertThat(result.out()).isEmpty();
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void wantsToBeToldWhereNobodyCanBeAsked() {
        Cli.Result result = new Cli().talkingTo(server).typing("y\n").run("delete", "--document", "d/1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).endsWith("Add --yes.\n");
        assertThat(server.requests()).isEmpty();
    }
}
