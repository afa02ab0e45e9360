package io.filemill.api.upload;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.upload.IgnoredItems.Ignored;
import io.filemill.db.queue.Submission.Accepted;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that answers an accepted upload.
 *
 * @param totalFiles those that were found so far, if the task is being prepared
 * @param preparing true if a node lists more files; null otherwise
 * @param ignoredFiles how many listed files and folders were left out; null if nothing was listed
 * @param ignored the first of them
 * @param replayed whether it answers a repeated submission with the task of the first one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AcceptedUpload(
        UUID taskId,
        int totalFiles,
        String status,
        int duplicatesIgnored,
        @Nullable Boolean preparing,
        @Nullable Long ignoredFiles,
        @Nullable List<Ignored> ignored,
        @JsonIgnore boolean replayed) {

    static AcceptedUpload of(Accepted accepted) {
        return new AcceptedUpload(
                accepted.id(),
                accepted.totalFiles(),
                "accepted",
                accepted.duplicatesIgnored(),
                accepted.preparing() ? true : null,
                null,
                null,
                accepted.replayed());
    }

    static AcceptedUpload of(Accepted accepted, IgnoredItems ignored) {
        return new AcceptedUpload(
                accepted.id(),
                accepted.totalFiles(),
                "accepted",
                accepted.duplicatesIgnored(),
                accepted.preparing() ? true : null,
                accepted.replayed() ? null : ignored.count(),
                accepted.replayed() ? null : ignored.first(),
                accepted.replayed());
    }
}
