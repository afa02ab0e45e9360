package io.filemill.worker.capacity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine as a test wants it: 8 CPUs, 64 GB and neither a GPU nor a driver unless told otherwise. */
final class FakeMachine {
    private final Map<String, String> environment = new HashMap<>();
    private final AtomicInteger cardListings = new AtomicInteger();
    private int cpus = 8;
    private long memoryBytes = 64L << 30;
    private NvidiaSmi nvidiaSmi = arguments -> Optional.empty();
    private List<String> devices = List.of();
    private List<String> cards = List.of();

    FakeMachine cpus(int count) {
        cpus = count;
        return this;
    }

    FakeMachine memoryMegabytes(long megabytes) {
        memoryBytes = megabytes << 20;
        return this;
    }

    FakeMachine variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    FakeMachine nvidiaSmi(NvidiaSmi command) {
        nvidiaSmi = command;
        return this;
    }

    /** Has the driver answer both questions. */
    FakeMachine nvidiaSmiPrints(String table, String list) {
        return nvidiaSmi(arguments -> Optional.of(arguments[0].equals("-L") ? list : table));
    }

    /** Has the driver answer with so many cards; without any there is no driver. */
    FakeMachine gpus(int count) {
        var table = new StringBuilder();
        for (var index = 0; index < count; index++) {
            table.append("%d, NVIDIA H100, GPU-%daaa-bbbb, 81559\n".formatted(index, index));
        }
        return count == 0 ? this : nvidiaSmiPrints(table.toString(), "");
    }

    FakeMachine deviceFiles(String... paths) {
        devices = List.of(paths);
        return this;
    }

    FakeMachine graphicsCards(String... names) {
        cards = List.of(names);
        return this;
    }

    /** How often the slow list of graphics cards was asked for. */
    int cardListings() {
        return cardListings.get();
    }

    Machine machine() {
        return new Machine(environment, () -> cpus, () -> memoryBytes, nvidiaSmi, () -> devices, () -> {
            cardListings.incrementAndGet();
            return cards;
        });
    }

    /** Decides with a node of 1 GB and 512 MB of heap for each parser. */
    WorkerCapacity detect() {
        return new CapacityDetector(machine(), SlotMemory.of(768L << 20, 512L << 20)).detect();
    }
}
