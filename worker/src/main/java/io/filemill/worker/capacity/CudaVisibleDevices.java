package io.filemill.worker.capacity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The variable {@code CUDA_VISIBLE_DEVICES}, read as CUDA reads it: a list of card indices, card UUIDs that may be cut short, and UUIDs
 * of MIG instances, in which the first entry that names nothing ends the list and a repeated one makes it void.
 *
 * @param value as set; empty hides every GPU
 */
record CudaVisibleDevices(String value) {
    boolean hidesAll() {
        return value.isBlank() || value.strip().equals("-1");
    }

    List<Gpu> select(NvidiaCards all) {
        var selected = new ArrayList<Gpu>();
        for (var part : value.split(",", -1)) {
            var entry = part.strip();
            var gpu = find(entry, all);
            if (gpu.isEmpty()) {
                break;
            }
            // The entry itself is handed on, because CUDA's own order of indices need not be nvidia-smi's.
            var visible = new Gpu(
                    gpu.get().index(),
                    gpu.get().name(),
                    gpu.get().uuid(),
                    gpu.get().memoryBytes(),
                    entry);
            if (selected.stream().anyMatch(other -> sameDevice(other, visible))) {
                return List.of();
            }
            selected.add(visible);
        }
        return selected;
    }

    private static Optional<Gpu> find(String entry, NvidiaCards all) {
        if (entry.startsWith("MIG-")) {
            return all.devices().stream()
                    .filter(gpu -> entry.equals(gpu.uuid()))
                    .findFirst();
        }
        var cards =
                all.cards().stream().filter(card -> isNamed(card.gpu(), entry)).toList();
        // CUDA runs on the first instance of a divided card if only the card is named.
        return cards.size() == 1 ? Optional.of(cards.get(0).devices().get(0)) : Optional.empty();
    }

    private static boolean isNamed(Gpu card, String entry) {
        var uuid = card.uuid();
        return entry.startsWith("GPU-")
                ? uuid != null && uuid.startsWith(entry)
                : entry.equals(Integer.toString(card.index()));
    }

    private static boolean sameDevice(Gpu one, Gpu other) {
        return one.uuid() == null ? one.index() == other.index() : one.uuid().equals(other.uuid());
    }
}
