package io.filemill.worker.capacity;

import java.util.List;

/**
 * How many files this node runs at once, and why.
 *
 * @param slots the number of files, at least 1
 * @param reason one sentence for people, for example {@code 8 slots: 8 CPUs, no usable GPU}
 * @param hardware what was found
 */
public record WorkerCapacity(int slots, String reason, Hardware hardware) {
    /** The usable cards by {@code nvidia-smi}'s index, each once even if several of its MIG instances are usable. */
    public List<Integer> gpuIndices() {
        return hardware.gpus().stream().map(Gpu::index).distinct().toList();
    }
}
