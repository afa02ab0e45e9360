package io.filemill.api.audit;

import java.util.Locale;

/** What is written down. */
public enum Action {
    TASK_SUBMIT,
    TASK_CANCEL,
    TASK_RETRY,
    TASK_PAUSE,
    TASK_RESUME,
    TASK_CHANGE,
    TASK_DELETE,
    FILE_CANCEL,
    KEY_CREATE,
    KEY_REVOKE,
    LIMIT_SET,
    LIMIT_DELETE,
    LIMIT_PAUSE,
    LIMIT_RESUME,
    WEBHOOK_CREATE,
    WEBHOOK_CHANGE,
    WEBHOOK_ROTATE,
    WEBHOOK_DELETE,
    DOCUMENT_DELETE;

    /** As it stands in the log: {@code task.cancel}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }
}
