package io.filemill.db.failure;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a file failed, typed where it is known.
 *
 * @param code a stable word for programs, for example {@code ENCRYPTED}
 * @param retryable whether the same file may succeed without a change to it
 * @param message a sentence for the person who submitted the file: what is wrong and what to do; never a stack trace
 */
public record Failure(
        String code, Component component, Phase phase, boolean retryable, ActionableBy actionableBy, String message) {
    /** The file itself is at fault; it is not tried again. */
    public static Failure ofFile(String code, Phase phase, String message) {
        Component component = phase == Phase.PARSING ? Component.PARSER : Component.SERVICE;
        return new Failure(code, component, phase, false, ActionableBy.USER_ACTIONABLE, message);
    }

    /** The installation is at fault and somebody has to change it; the file is not tried again until then. */
    public static Failure ofInstallation(String code, Component component, Phase phase, String message) {
        return new Failure(code, component, phase, false, ActionableBy.ADMIN_ACTIONABLE, message);
    }

    /** Something else is at fault that may pass. */
    public static Failure passing(String code, Component component, Phase phase, String message) {
        return new Failure(code, component, phase, true, ActionableBy.RETRYABLE, message);
    }

    /** The failure in the {@code error} columns of a row, or null if there is none. */
    public static @Nullable Failure ofRow(ResultSet row) throws SQLException {
        String code = row.getString("error_code");
        return code == null
                ? null
                : new Failure(
                        code,
                        Component.ofWord(row.getString("error_component")),
                        Phase.valueOf(row.getString("error_phase").toUpperCase(Locale.ROOT)),
                        row.getBoolean("error_retryable"),
                        ActionableBy.valueOf(row.getString("error_actionable_by")),
                        row.getString("error"));
    }
}
