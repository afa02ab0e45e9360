package io.filemill.api.cli;

/**
 * What a benchmark is to do.
 *
 * @param files files that do nothing
 * @param slots files that a node runs at once
 * @param nodes worker nodes in this process; 0 if others run already
 * @param delayMillis how long each file takes
 * @param pickups how many single files are sent to idle nodes
 * @param quiet whether no log line is to be written
 */
public record BenchPlan(int files, int slots, int nodes, int delayMillis, int pickups, boolean quiet) {}
