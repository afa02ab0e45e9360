package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The entries of a manifest, read one by one. For use by one thread. */
interface Manifest {
    /** How long an entry may be; two texts of {@link Items#MAX_BYTES} fit, even if each character of them is escaped. */
    int MAX_ENTRY = 64 << 10;

    /**
     * The next entry, or empty at the end.
     *
     * @throws ProblemException if what comes is no entry; nothing can be read after that
     */
    Optional<ManifestEntry> next() throws IOException;

    /** The line on which the last entry ended, or on which it failed; the first one is 1. */
    long line();

    /**
     * The entry of a line's values.
     *
     * @throws ProblemException unless it has either a path or an item
     */
    static ManifestEntry entry(
            @Nullable String path, @Nullable String item, @Nullable String filename, @Nullable Long uploadedFileId) {
        if ((path == null) == (item == null)) {
            throw ProblemException.invalid("It must have either a path or an item.");
        }
        if (path != null && uploadedFileId != null) {
            throw ProblemException.invalid("It must have an item, not a path, beside its uploaded_file_id.");
        }
        return new ManifestEntry(path, item, filename, uploadedFileId);
    }

    /** The refusal of an {@code uploaded_file_id} that is none. */
    static ProblemException noFileId() {
        return ProblemException.invalid("Its uploaded_file_id must be the file_id of an uploaded file.");
    }

    /** An entry that is too long to be one. */
    static ProblemException tooLong() {
        return ProblemException.invalid(
                "It is longer than " + MAX_ENTRY + " bytes. Is a quotation mark or a line break missing?");
    }
}
