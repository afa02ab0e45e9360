package io.filemill.api.cli;

/** What the process ends with. */
final class ExitCode {
    /** What was asked for was done. */
    static final int SUCCESS = 0;

    /** Some files failed or could not be taken, others did not. */
    static final int PARTIAL = 1;

    /** The command was not typed right, or cannot do anything here. */
    static final int WRONG_USE = 2;

    /** No file of a task succeeded, or the task was cancelled. */
    static final int FAILED = 3;

    /** No server answers, or it cannot answer now. */
    static final int UNREACHABLE = 4;

    /** The server has no such task, file or other thing. */
    static final int NOT_FOUND = 5;

    /** The server refuses it as things are. */
    static final int REFUSED = 6;

    /** The server does not know the caller, or the caller may not do that. */
    static final int NOT_ALLOWED = 7;

    /** An error of this program. */
    static final int INTERNAL = 8;

    /** Stopped by Ctrl-C or SIGTERM, or by the answer to a question. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    /** What an answer's status, which is not a good one, means. */
    static int ofStatus(int status) {
        return switch (status) {
            case 400 -> WRONG_USE;
            case 401, 403 -> NOT_ALLOWED;
            case 404 -> NOT_FOUND;
            default -> status >= 500 && status != 507 ? UNREACHABLE : REFUSED;
        };
    }

    /** How well a task went, of which every file has ended. */
    static int ofTask(Task task) {
        if (task.isAllWell()) {
            return SUCCESS;
        }
        return task.isCancelled() || "failed".equals(task.outcome()) ? FAILED : PARTIAL;
    }
}
