package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.NewFileTask;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may identify a file in its task. */
final class Items {
    static final int MAX_BYTES = NewFileTask.MAX_ITEM_BYTES;

    private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cntrl}");

    private Items() {}

    static boolean isTooLong(String item) {
        return NewFileTask.isTooLong(item);
    }

    /** Whether the text can be stored as it is: it has no U+0000, which PostgreSQL does not know, and no half of a surrogate pair. */
    static boolean isText(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** The name that a client gave to a file that it sends. It never becomes a name on disk. */
    static String uploadedName(@Nullable String name) {
        if (name == null || name.isBlank()) {
            throw ProblemException.invalid(
                    "A part named file has no file name. Give each one a filename in its Content-Disposition.");
        }
        if (CONTROL_CHARACTER.matcher(name).find()) {
            throw ProblemException.invalid("The name of a file has a control character in it: "
                    + CONTROL_CHARACTER.matcher(name).replaceAll("?") + ". Rename it.");
        }
        // Room is left for the number that tells two files of one name apart.
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES - 16) {
            throw ProblemException.invalid("The name of a file is longer than " + (MAX_BYTES - 16) + " bytes: "
                    + name.substring(0, 100) + "…. Shorten it.");
        }
        return name.replace("\\\"", "\""); // which some clients write for a quotation mark
    }

    /** The last part of a path or of a name that looks like one. */
    static String displayName(String item) {
        String last = item.substring(Math.max(item.lastIndexOf('/'), item.lastIndexOf('\\')) + 1);
        return last.isBlank() ? item : last;
    }
}
