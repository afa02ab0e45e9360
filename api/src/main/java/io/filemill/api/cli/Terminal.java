package io.filemill.api.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes, and what can be shown there.
 *
 * @param out answers
 * @param err progress, notes and errors
 * @param outIsTerminal whether a person reads {@code out} as it comes
 * @param errIsTerminal whether a person reads {@code err} as it comes
 * @param colors whether bold and colour are wanted
 * @param columns the width of the terminal
 */
public record Terminal(
        PrintStream out, PrintStream err, boolean outIsTerminal, boolean errIsTerminal, boolean colors, int columns) {
    private static final int DEFAULT_COLUMNS = 80;

    /**
     * The terminal of this process. A JVM cannot tell whether its output is a terminal on every Java version, so the launcher script
     * says it by the system properties {@code filemill.out.terminal}, {@code filemill.err.terminal} and {@code filemill.columns}.
     */
    public static Terminal ofProcess() {
        var colors = System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                Boolean.getBoolean("filemill.out.terminal"),
                Boolean.getBoolean("filemill.err.terminal"),
                colors,
                Math.max(20, Integer.getInteger("filemill.columns", DEFAULT_COLUMNS)));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    boolean outHasColors() {
        return outIsTerminal && colors;
    }

    boolean errHasColors() {
        return errIsTerminal && colors;
    }

    /** Text from files or servers, without the control characters that would steer a terminal. */
    static String clean(String text) {
        StringBuilder cleaned = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                if (cleaned == null) {
                    cleaned = new StringBuilder(text);
                }
                cleaned.setCharAt(i, Character.isWhitespace(text.charAt(i)) ? ' ' : '\uFFFD');
            }
        }
        return cleaned == null ? text : cleaned.toString();
    }
}
