package io.filemill.worker.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs shell scripts that stand in for nvidia-smi. */
@Timeout(30)
class NvidiaSmiCommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # script                                                     | cpus | slots | reason
            echo '0, NVIDIA H100, GPU-a, 81559'                          | 16 | 4 | 4 slots: 16 CPUs and 1 GPU (NVIDIA H100): min(4, 16 / 2)
            echo '0, NVIDIA H100, GPU-a, 81559'                          |  1 | 1 | 1 slot: 1 CPU and 1 GPU (NVIDIA H100): min(4, 1 / 2), at least 1
            echo '0, A, GPU-a, 1'; echo '1, B, GPU-b, 1'                 |  4 | 2 | 2 slots: 4 CPUs and 2 GPUs (A, B): min(4, 4 / 2)
            echo '0, A, GPU-a, 1'; echo damaged >&2; exit 14             |  4 | 2 | 2 slots: 4 CPUs and 1 GPU (A): min(4, 4 / 2)
            echo 'NVIDIA-SMI has failed'; exit 9                         |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi ended with exit code 9)
            echo '0, A, GPU-a, 1'; exit 9                                |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi ended with exit code 9)
            echo 'Segmentation fault'                                    |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi lists none)
            head -c 1000 /dev/urandom                                    |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi lists none)
            exit 0                                                       |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi lists none)
            exec sleep 60                                                |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi did not answer within 1 s)
            echo '0, A, GPU-a, 1'; exec sleep 60                         |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi did not answer within 1 s)
            exec 1>&-; sleep 60                                          |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi did not answer within 1 s)
            exec yes                                                     |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi did not answer within 1 s)
            [ $1 != -L ] && echo '0, A, GPU-a, 1' && exit; exec sleep 60 |  4 | 4 | 4 slots: 4 CPUs, no usable GPU (nvidia-smi did not answer within 1 s)
            """)
    void slotsFollowWhatNvidiaSmiAnswers(String script, int cpus, int slots, String reason) throws IOException {
        var capacity = new FakeMachine().cpus(cpus).nvidiaSmi(running(script)).detect();

        assertThat(capacity.slots()).isEqualTo(slots);
        assertThat(capacity.reason()).isEqualTo(reason);
    }

    @Test
    void aMissingNvidiaSmiIsNoTrouble() {
        var missing = new NvidiaSmiCommand(List.of(folder.resolve("nvidia-smi").toString()), LIMIT);

        assertThat(new FakeMachine().nvidiaSmi(missing).detect().reason()).isEqualTo("8 slots: 8 CPUs, no usable GPU");
    }

    @Test
    void aHangingNvidiaSmiIsKilledWithItsChildren() throws IOException {
        var pids = folder.resolve("pids");

        new FakeMachine()
                .nvidiaSmi(running("sleep 60 & echo $$ $! > %s; wait".formatted(pids)))
                .detect();

        for (var pid : Files.readString(pids).strip().split(" ", -1)) {
            await().untilAsserted(() -> assertThat(
                            ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                    .isEmpty());
        }
    }

    @Test
    void looksAtTheMachineItRunsOn() {
        var withoutGpu = CapacityDetector.ofThisMachine(Map.of("CUDA_VISIBLE_DEVICES", ""), 1)
                .detect();
        var withAnyGpu = CapacityDetector.ofThisMachine(Map.of(), 1).detect();

        assertThat(withoutGpu.hardware().cpus()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(withoutGpu.hardware().memoryBytes())
                .isGreaterThan(Runtime.getRuntime().maxMemory());
        assertThat(withoutGpu.gpuIndices()).isEmpty();
        assertThat(withAnyGpu.slots()).isBetween(1, withoutGpu.slots());
    }

    private NvidiaSmi running(String script) throws IOException {
        var file = Files.writeString(folder.resolve("nvidia-smi"), script);
        return new NvidiaSmiCommand(List.of("sh", file.toString()), LIMIT);
    }
}
