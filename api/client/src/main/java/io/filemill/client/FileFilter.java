package io.filemill.client;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a task to list.
 *
 * @param status only those in this state; null for any
 * @param errorCode only those that failed so; null for any
 */
public record FileFilter(
        @Nullable TaskStatus status, @Nullable String errorCode) {
    /** All files. */
    public static final FileFilter ALL = new FileFilter(null, null);

    /** Those that failed. */
    public static final FileFilter FAILED = new FileFilter(TaskStatus.FAILED, null);

    Query addTo(Query query) {
        return query.add("status", status == null ? null : status.name().toLowerCase(Locale.ROOT))
                .add("error_code", errorCode);
    }
}
