package io.filemill.worker.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapacityDetectorTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # cpus | gpus | slots | reason
               1   |  0   |   1   | 1 slot: 1 CPU, no usable GPU
               2   |  0   |   2   | 2 slots: 2 CPUs, no usable GPU
               8   |  0   |   8   | 8 slots: 8 CPUs, no usable GPU
              64   |  0   |  64   | 64 slots: 64 CPUs, no usable GPU
               1   |  1   |   1   | 1 slot: 1 CPU and 1 GPU (NVIDIA H100): min(4, 1 / 2), at least 1
               2   |  1   |   1   | 1 slot: 2 CPUs and 1 GPU (NVIDIA H100): min(4, 2 / 2)
               3   |  1   |   1   | 1 slot: 3 CPUs and 1 GPU (NVIDIA H100): min(4, 3 / 2)
               6   |  1   |   3   | 3 slots: 6 CPUs and 1 GPU (NVIDIA H100): min(4, 6 / 2)
              16   |  1   |   4   | 4 slots: 16 CPUs and 1 GPU (NVIDIA H100): min(4, 16 / 2)
              16   |  2   |   4   | 4 slots: 16 CPUs and 2 GPUs (NVIDIA H100): min(4, 16 / 2)
            """)
    void processorsDecideWhereMemoryIsPlenty(int cpus, int gpus, int slots, String reason) {
        var capacity = new FakeMachine().cpus(cpus).gpus(gpus).detect();

        assertThat(capacity.slots()).isEqualTo(slots);
        assertThat(capacity.reason()).isEqualTo(reason);
        assertThat(capacity.gpuIndices()).hasSize(gpus);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # MB  | slots | reason
             6656 |   8   | 8 slots: 8 CPUs, no usable GPU
             6655 |   7   | 7 slots: 8 CPUs, no usable GPU, but 6.5 GB of memory less 1.0 GB for the node hold only 7 at 704 MB each
             2048 |   1   | 1 slot: 8 CPUs, no usable GPU, but 2.0 GB of memory less 1.0 GB for the node hold only 1 at 704 MB each
              512 |   1   | 1 slot: 8 CPUs, no usable GPU, but 512 MB of memory less 1.0 GB for the node hold only 0 at 704 MB each
            """)
    void memoryBoundsTheSlots(long megabytes, int slots, String reason) {
        var capacity = new FakeMachine().memoryMegabytes(megabytes).detect();

        assertThat(capacity.slots()).isEqualTo(slots);
        assertThat(capacity.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # value | MB    | slots | reason
                 2  | 65536 |   2   | 2 slots: MAX_WORKERS=2
              ' 1 ' | 65536 |   1   | 1 slot: MAX_WORKERS=1
                50  | 65536 |  50   | 50 slots: MAX_WORKERS=50
                 4  |  2048 |   4   | 4 slots: MAX_WORKERS=4; warning: 2.0 GB of memory less 1.0 GB for the node hold only 1 at 704 MB each
                '' | 65536 |   8   | 8 slots: 8 CPUs, no usable GPU
            """)
    void maxWorkersOverridesProcessorsAndMemory(String value, long megabytes, int slots, String reason) {
        var capacity = new FakeMachine()
                .memoryMegabytes(megabytes)
                .variable("MAX_WORKERS", value)
                .detect();

        assertThat(capacity.slots()).isEqualTo(slots);
        assertThat(capacity.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "four", "2.5", "4 cpus", "99999999999"})
    void refusesMaxWorkersThatIsNoPositiveNumber(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new FakeMachine().variable("MAX_WORKERS", value).detect())
                .withMessage("MAX_WORKERS is \"%s\", but must be a whole number of at least 1; ".formatted(value)
                        + "leave it unset to size the slots from the hardware");
    }

    @Test
    void maxWorkersKeepsTheGpusThatWereFound() {
        var capacity = new FakeMachine().gpus(2).variable("MAX_WORKERS", "6").detect();

        assertThat(capacity.slots()).isEqualTo(6);
        assertThat(capacity.gpuIndices()).containsExactly(0, 1);
    }

    @Test
    void reportsWhatWasFound() {
        var hardware = new FakeMachine()
                .cpus(16)
                .memoryMegabytes(4096)
                .gpus(1)
                .detect()
                .hardware();

        assertThat(hardware.cpus()).isEqualTo(16);
        assertThat(hardware.memoryBytes()).isEqualTo(4L << 30);
        assertThat(hardware.gpus())
                .containsExactly(new Gpu(0, "NVIDIA H100", "GPU-0aaa-bbbb", 81_559L << 20, "GPU-0aaa-bbbb"));
        assertThat(hardware.gpuFinding()).isEqualTo("confirmed by nvidia-smi");
    }

    @Test
    void aCardThatOnlyTheOperatingSystemListsIsNotUsable() {
        var capacity = new FakeMachine()
                .graphicsCards("Cirrus Logic GD 5446", "GA102 [GeForce RTX 3090]")
                .deviceFiles("/dev/nvidia0")
                .detect();

        assertThat(capacity.slots()).isEqualTo(8);
        assertThat(capacity.gpuIndices()).isEmpty();
        assertThat(capacity.reason())
                .isEqualTo("8 slots: 8 CPUs, no usable GPU (nvidia-smi is not installed, though /dev/nvidia0 exists "
                        + "and OSHI lists Cirrus Logic GD 5446, GA102 [GeForce RTX 3090])");
    }
}
