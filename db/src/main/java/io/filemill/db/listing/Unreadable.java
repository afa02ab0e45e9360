package io.filemill.db.listing;

import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.task.FileTaskIntake.FailedIntake;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * A file or folder that a listing met and could not read.
 *
 * @param item its path
 * @param reason what is wrong, for example {@code no permission to read it}
 */
public record Unreadable(String item, String code, String reason) {
    /** What an exception says about a path. */
    public static Unreadable of(String item, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new Unreadable(item, "FILE_NOT_FOUND", "there is no such file or folder");
        }
        if (e instanceof AccessDeniedException) {
            return new Unreadable(item, "ACCESS_DENIED", "no permission to read it");
        }
        return new Unreadable(item, "UNREADABLE", "cannot be read: " + e.getMessage());
    }

    /** The same as a failed file of a task. */
    public FailedIntake file() {
        int slash = item.lastIndexOf('/');
        return new FailedIntake(item, slash == item.length() - 1 ? item : item.substring(slash + 1), failure());
    }

    private Failure failure() {
        String message = "It could not be listed: " + reason + ". Correct that and submit it again.";
        return code.equals("FILE_NOT_FOUND")
                ? Failure.ofFile(code, Phase.FILE_VALIDATION, message)
                : Failure.ofInstallation(code, Component.SERVICE, Phase.FILE_VALIDATION, message);
    }
}
