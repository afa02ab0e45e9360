package io.filemill.worker.isolation;

import java.time.Duration;

/**
 * What the children of a pool are and how much they may use.
 *
 * @param classPath the children's own class path, as for {@code java -cp}
 * @param mainClass a program that answers each request on standard input by one answer on standard output; its first argument is the
 *     directory for its temporary files
 * @param heapMegabytes the most that its heap may take
 * @param nonHeapMegabytes the most that it may take beside its heap: classes, compiled code, stacks, buffers; a child that takes more is
 *     killed, or replaced if it is idle. Known on Linux only
 * @param callsPerChild after this many calls a child is replaced
 * @param maximumAnswerBytes a longer answer counts as a crash
 * @param idleLimit a child that had no call for this long is ended, to give its memory back
 */
public record ChildOptions(
        String classPath,
        String mainClass,
        int heapMegabytes,
        int nonHeapMegabytes,
        int callsPerChild,
        long maximumAnswerBytes,
        Duration idleLimit) {
    private static final int NON_HEAP_MEGABYTES = 192;

    /** The usual limits for a program. */
    public static ChildOptions of(String classPath, String mainClass, int heapMegabytes) {
        return new ChildOptions(
                classPath,
                mainClass,
                heapMegabytes,
                NON_HEAP_MEGABYTES,
                20_000,
                256L * 1024 * 1024,
                Duration.ofMinutes(1));
    }
}
