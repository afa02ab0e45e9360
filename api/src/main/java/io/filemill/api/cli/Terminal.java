package io.filemill.api.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes, and what can be shown there.
 *
 * @param in what a person types
 * @param inIsTerminal whether a person types {@code in}
 * @param out answers
 * @param err progress, notes and errors
 * @param outIsTerminal whether a person reads {@code out} as it comes
 * @param errIsTerminal whether a person reads {@code err} as it comes
 * @param colors whether bold and colour are wanted
 * @param columns the width of the terminal
 */
public record Terminal(
        InputStream in,
        boolean inIsTerminal,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        boolean colors,
        int columns) {
    private static final int DEFAULT_COLUMNS = 80;

    /**
     * The terminal of this process. A JVM cannot tell whether its input and output are a terminal on every Java version, so the
     * launcher script says it by the system properties {@code filemill.in.terminal}, {@code filemill.out.terminal},
     * {@code filemill.err.terminal} and {@code filemill.columns}.
     */
    public static Terminal ofProcess() {
        var colors = System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(
                System.in,
                Boolean.getBoolean("filemill.in.terminal"),
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

    /** Whether there is a person who can be asked. */
    boolean canAsk() {
        return inIsTerminal && errIsTerminal;
    }

    /** Asks on {@code err}; the answer is empty if none comes. */
    String ask(String question) {
        err.print(question + " ");
        err.flush();
        try {
            String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line.strip();
        } catch (IOException e) {
            return "";
        }
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
