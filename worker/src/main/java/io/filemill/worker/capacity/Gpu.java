package io.filemill.worker.capacity;

import org.jspecify.annotations.Nullable;

/**
 * A GPU, or one MIG instance of a GPU, that this process may use and that {@code nvidia-smi} has confirmed.
 *
 * @param index the index that {@code nvidia-smi} gives the card; MIG instances of one card share it
 * @param name the model, for a MIG instance with its profile
 * @param uuid the card's or the MIG instance's own UUID, or null where the driver does not tell it
 * @param memoryBytes the card's memory, or null where the driver does not tell it and for MIG instances
 * @param cudaDevice the value of {@code CUDA_VISIBLE_DEVICES} that gives a child process this GPU and no other
 */
public record Gpu(
        int index,
        String name,
        @Nullable String uuid,
        @Nullable Long memoryBytes,
        String cudaDevice) {}
