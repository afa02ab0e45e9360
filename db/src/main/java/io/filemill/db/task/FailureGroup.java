package io.filemill.db.task;

import io.filemill.db.failure.Failure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;

/**
 * The failed files of a task that have one cause: the same code, component, retryability and person who can act.
 *
 * @param files how many there are
 * @param example the failure of one of them
 * @param exampleId the id of that file
 * @param exampleFilename its name
 */
public record FailureGroup(long files, Failure example, long exampleId, String exampleFilename) {
    static FailureGroup of(ResultSet row, int rowNumber) throws SQLException {
        return new FailureGroup(
                row.getLong("files"),
                Objects.requireNonNull(Failure.ofRow(row)),
                row.getLong("example_id"),
                row.getString("example_filename"));
    }
}
