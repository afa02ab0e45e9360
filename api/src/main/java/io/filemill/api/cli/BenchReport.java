package io.filemill.api.cli;

/**
 * What a benchmark found.
 *
 * @param plan what was done
 * @param submitPerSecond files accepted
 * @param drainPerSecond files ended, from the first start to the last end
 * @param useOfSlots the part of the slots' time in which files ran, if files take time
 * @param commitsPerFile transactions of the whole database while it drained
 * @param walBytesPerFile bytes of the write-ahead log of the whole server while it drained
 * @param pickup from acceptance to start on idle nodes
 * @param singleCommitsPerSecond single rows of the same files that the database commits for eight writers
 * @param groupCommitsPerSecond rows of the same files that the database commits for one writer, 50 at a time
 */
public record BenchReport(
        BenchPlan plan,
        double submitPerSecond,
        double drainPerSecond,
        double useOfSlots,
        double commitsPerFile,
        double walBytesPerFile,
        Pickup pickup,
        double singleCommitsPerSecond,
        double groupCommitsPerSecond) {
    /** Milliseconds by share of the files. */
    public record Pickup(double p50, double p95, double p99, double max) {}
}
