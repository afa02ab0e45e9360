package io.filemill.api.cli;

/** What the process ends with. */
final class ExitCode {
    static final int SUCCESS = 0;
    static final int FILES_FAILED = 1;
    static final int WRONG_USE = 2;

    private ExitCode() {}
}
