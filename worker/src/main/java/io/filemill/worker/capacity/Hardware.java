package io.filemill.worker.capacity;

import java.util.List;

/**
 * What this process may use of the machine it runs on.
 *
 * @param cpus the processors that the JVM counts, so a cgroup quota and a CPU set are respected
 * @param memoryBytes the cgroup's memory limit where there is one, else the physical memory, as the JVM sees them
 * @param gpus the usable GPUs, in the order of {@code CUDA_VISIBLE_DEVICES} if it is set
 * @param gpuFinding how the GPUs were found, or why there is none, for people; empty if nothing hints at a GPU at all
 */
public record Hardware(int cpus, long memoryBytes, List<Gpu> gpus, String gpuFinding) {
    public Hardware {
        gpus = List.copyOf(gpus);
    }
}
