package io.filemill.api.openrag;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.problem.Slice;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Golden JSON: the field names, their order and their types are OpenRAG's. */
class OpenRagTaskTest {
    private static final Instant CREATED = Instant.parse("2025-10-31T12:00:00.123456Z");
    private static final Instant UPDATED = Instant.parse("2025-10-31T12:00:10.5Z");
    private static final UUID ID = UUID.fromString("0b9d8c4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e");

    private final JsonMapper json = Slice.json();

    private static UploadTask task(TaskStatus status, @Nullable String outcome) {
        return new UploadTask(
                ID,
                "anonymous",
                "document",
                JsonMapper.shared().createObjectNode(),
                5,
                null,
                null,
                TaskLimits.OF_THE_NODE,
                status,
                outcome,
                null,
                4,
                3,
                1,
                1,
                1,
                1,
                0,
                0,
                false,
                null,
                null,
                CREATED,
                CREATED,
                UPDATED,
                null);
    }

    private FileTask file(
            String item, TaskStatus status, @Nullable String result, @Nullable String error, int retryCount) {
        return new FileTask(
                1,
                ID,
                item,
                item.substring(item.lastIndexOf('/') + 1),
                3L,
                null,
                status,
                1,
                retryCount,
                0,
                0,
                null,
                result == null ? null : json.readTree(result),
                error == null ? null : Failure.ofFile("CORRUPT", Phase.PARSING, error),
                CREATED,
                null,
                UPDATED,
                null);
    }

    @Test
    void aTaskLooksAsInOpenRag() {
        var files = List.of(
                file("/data/a.pdf", TaskStatus.COMPLETED, "{\"status\":\"indexed\",\"id\":\"ab12\"}", null, 0),
                file("/data/b.pdf", TaskStatus.FAILED, null, "The file is damaged", 2),
                file("/data/c.pdf", TaskStatus.SKIPPED, null, null, 0),
                file("/data/d.pdf", TaskStatus.RUNNING, null, null, 0));
        assertThat(json.writeValueAsString(
                        OpenRagTask.of(task(TaskStatus.RUNNING, null), files, 10, OpenRagTask.OpenRagFile::of)))
                .isEqualTo("{\"task_id\":\"0b9d8c4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e\",\"status\":\"running\","
                        + "\"total_files\":4,\"processed_files\":3,\"successful_files\":1,\"failed_files\":1,"
                        + "\"running_files\":1,\"pending_files\":0,"
                        + "\"created_at\":1761912000.123456,\"updated_at\":1761912010.5,\"duration_seconds\":10.376544,"
                        + "\"files\":{"
                        + "\"/data/a.pdf\":{\"status\":\"completed\",\"result\":{\"status\":\"indexed\",\"id\":\"ab12\"},"
                        + "\"error\":null,\"retry_count\":0,\"created_at\":1761912000.123456,\"updated_at\":1761912010.5,"
                        + "\"duration_seconds\":10.376544,\"filename\":\"a.pdf\"},"
                        + "\"/data/b.pdf\":{\"status\":\"failed\",\"result\":null,\"error\":\"The file is damaged\","
                        + "\"retry_count\":2,\"created_at\":1761912000.123456,\"updated_at\":1761912010.5,"
                        + "\"duration_seconds\":10.376544,\"filename\":\"b.pdf\"},"
                        + "\"/data/c.pdf\":{\"status\":\"skipped\",\"result\":null,\"error\":null,"
                        + "\"retry_count\":0,\"created_at\":1761912000.123456,\"updated_at\":1761912010.5,"
                        + "\"duration_seconds\":10.376544,\"filename\":\"c.pdf\"},"
                        + "\"/data/d.pdf\":{\"status\":\"running\",\"result\":null,\"error\":null,"
                        + "\"retry_count\":0,\"created_at\":1761912000.123456,\"updated_at\":1761912010.5,"
                        + "\"duration_seconds\":10.376544,\"filename\":\"d.pdf\"}}}");
    }

    @Test
    void moreFilesThanAreShownAreAnnounced() {
        var files = List.of(
                file("/data/a.pdf", TaskStatus.PENDING, null, null, 0),
                file("/data/b.pdf", TaskStatus.PENDING, null, null, 0));
        assertThat(json.writeValueAsString(
                        OpenRagTask.of(task(TaskStatus.RUNNING, null), files, 1, OpenRagTask.OpenRagFile::of)))
                .contains("\"/data/a.pdf\"")
                .doesNotContain("\"/data/b.pdf\"")
                .endsWith("},\"files_truncated\":true}");
        assertThat(json.writeValueAsString(
                        OpenRagTask.of(task(TaskStatus.RUNNING, null), files, 2, OpenRagTask.OpenRagFile::of)))
                .doesNotContain("files_truncated");
    }
}
