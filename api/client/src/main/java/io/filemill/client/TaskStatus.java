package io.filemill.client;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/** The states of tasks and files. */
public enum TaskStatus {
    /** It waits: no file of the task has started; or the file has not, or waits for its next attempt. */
    PENDING,
    /** It runs. */
    RUNNING,
    /** The file succeeded; or each file of the task has ended, whatever way: its outcome tells. */
    COMPLETED,
    /** The file failed or was cancelled; or the task was cancelled. */
    FAILED,
    /** There was nothing to do for the file. */
    SKIPPED,
    /** A state that this version of the client does not know. */
    @JsonEnumDefaultValue
    UNKNOWN;

    /** Whether nothing follows by itself. */
    public boolean isFinal() {
        return this == COMPLETED || this == FAILED || this == SKIPPED;
    }
}
