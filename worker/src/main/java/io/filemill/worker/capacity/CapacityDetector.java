package io.filemill.worker.capacity;

import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Decides how many files a node runs at once: with a usable GPU {@code min(4, cpus / 2)}, else one per CPU, as far as memory holds that
 * many parser processes, and never less than 1. The variable {@code MAX_WORKERS} overrides all of this.
 *
 * <p>Safe for use by several threads. Nothing is remembered: each call looks again.
 */
public final class CapacityDetector {
    private static final String MAX_WORKERS = "MAX_WORKERS";
    private static final int MAX_SLOTS_WITH_GPU = 4;

    private final Machine machine;
    private final SlotMemory memory;

    CapacityDetector(Machine machine, SlotMemory memory) {
        this.machine = machine;
        this.memory = memory;
    }

    /**
     * Looks at the machine that this JVM runs on.
     *
     * @param environment the variables of this process, usually {@link System#getenv()}
     * @param parserHeapBytes the largest heap of one slot's parser process
     */
    public static CapacityDetector ofThisMachine(Map<String, String> environment, long parserHeapBytes) {
        return new CapacityDetector(
                Machine.running(environment), SlotMemory.of(Runtime.getRuntime().maxMemory(), parserHeapBytes));
    }

    /**
     * Looks at the hardware and decides. Takes milliseconds where neither an NVIDIA driver nor a graphics card is installed, and at most about
     * twelve seconds where the driver hangs.
     *
     * @throws IllegalArgumentException if {@code MAX_WORKERS} is set to anything but a whole number of at least 1; the message says so
     */
    public WorkerCapacity detect() {
        var wanted = maxWorkers();
        var gpus = new GpuDetector(machine).find(wanted.isEmpty());
        var hardware = new Hardware(
                machine.cpus().getAsInt(), machine.memoryBytes().getAsLong(), gpus.gpus(), gpus.explanation());
        return wanted.isPresent() ? asWanted(wanted.getAsInt(), hardware) : sized(hardware);
    }

    private OptionalInt maxWorkers() {
        var value = machine.environment().getOrDefault(MAX_WORKERS, "").strip();
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            var wanted = Integer.parseInt(value);
            if (wanted >= 1) {
                return OptionalInt.of(wanted);
            }
        } catch (NumberFormatException notANumber) {
            // answered below, like a number that is too small
        }
        throw new IllegalArgumentException(
                "%s is \"%s\", but must be a whole number of at least 1; leave it unset to size the slots from the hardware"
                        .formatted(MAX_WORKERS, value));
    }

    private WorkerCapacity asWanted(int slots, Hardware hardware) {
        var reason = MAX_WORKERS + "=" + slots;
        if (slots > memory.slotsIn(hardware.memoryBytes())) {
            reason += "; warning: " + memory.explain(hardware.memoryBytes());
        }
        return capacity(slots, reason, hardware);
    }

    private WorkerCapacity sized(Hardware hardware) {
        var cpus = hardware.cpus();
        var byProcessors = hardware.gpus().isEmpty() ? cpus : Math.min(MAX_SLOTS_WITH_GPU, cpus / 2);
        var reason = hardware.gpus().isEmpty() ? withoutGpu(hardware) : withGpus(hardware);
        if (byProcessors < 1) {
            return capacity(1, reason + ", at least 1", hardware);
        }
        var byMemory = memory.slotsIn(hardware.memoryBytes());
        return byMemory < byProcessors
                ? capacity(Math.max(1, byMemory), reason + ", but " + memory.explain(hardware.memoryBytes()), hardware)
                : capacity(byProcessors, reason, hardware);
    }

    private static String withoutGpu(Hardware hardware) {
        var why = hardware.gpuFinding().isEmpty() ? "" : " (" + hardware.gpuFinding() + ")";
        return count(hardware.cpus(), "CPU") + ", no usable GPU" + why;
    }

    private static String withGpus(Hardware hardware) {
        var names = hardware.gpus().stream().map(Gpu::name).distinct().collect(Collectors.joining(", "));
        return "%s and %s (%s): min(%d, %d / 2)"
                .formatted(
                        count(hardware.cpus(), "CPU"),
                        count(hardware.gpus().size(), "GPU"),
                        names,
                        MAX_SLOTS_WITH_GPU,
                        hardware.cpus());
    }

    private static WorkerCapacity capacity(int slots, String reason, Hardware hardware) {
        return new WorkerCapacity(slots, count(slots, "slot") + ": " + reason, hardware);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
