package io.filemill.api.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Times of a server as people read them. */
final class TaskTimes {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private TaskTimes() {}

    /** Seconds as a duration, or a dash. */
    static String took(@Nullable Double seconds) {
        return seconds == null ? "-" : Progress.duration(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    /** A moment in the time zone of this machine, or a dash. */
    static String local(@Nullable String time) {
        if (time == null) {
            return "-";
        }
        try {
            return TIME.format(OffsetDateTime.parse(time).atZoneSameInstant(ZoneId.systemDefault()));
        } catch (DateTimeException e) {
            return time;
        }
    }
}
