package io.filemill.worker.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuDetectorTest {
    private static final String TWO_CARDS = """
            0, NVIDIA A100-SXM4-40GB, GPU-aaaa-1111, 40960
            1, NVIDIA A100-SXM4-40GB, GPU-aabb-2222, 40960
            """;

    /** The second card is divided. */
    private static final String LIST = """
            GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa-1111)
            GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-aabb-2222)
              MIG 3g.20gb     Device  0: (UUID: MIG-c0ffee-1)
              MIG 1g.5gb      Device  1: (UUID: MIG-GPU-aabb-2222/7/0)
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "unset", textBlock = """
            # CUDA_VISIBLE_DEVICES    | NVIDIA_VISIBLE_DEVICES | devices
              unset                   | unset | GPU-aaaa-1111 MIG-c0ffee-1 MIG-GPU-aabb-2222/7/0
              unset                   | all   | GPU-aaaa-1111 MIG-c0ffee-1 MIG-GPU-aabb-2222/7/0
              unset                   | void  | GPU-aaaa-1111 MIG-c0ffee-1 MIG-GPU-aabb-2222/7/0
              unset                   | 5,6   | GPU-aaaa-1111 MIG-c0ffee-1 MIG-GPU-aabb-2222/7/0
              unset                   | none  | ''
              0                       | none  | ''
              ''                      | all   | ''
              ' '                     | unset | ''
              -1                      | unset | ''
              0                       | unset | 0
              1                       | unset | 1
              1,0                     | unset | 1 0
              ' 0 , 1 '               | unset | 0 1
              0,-1,1                  | unset | 0
              0,2,1                   | unset | 0
              0,,1                    | unset | 0
              2                       | unset | ''
              NoDevFiles              | unset | ''
              0,0                     | unset | ''
              0,GPU-aaaa              | unset | ''
              GPU-aaaa-1111           | unset | GPU-aaaa-1111
              GPU-aab                 | unset | GPU-aab
              GPU-aa                  | unset | ''
              GPU-ffff                | unset | ''
              GPU-aabb,GPU-aaaa       | unset | GPU-aabb GPU-aaaa
              MIG-c0ffee-1            | unset | MIG-c0ffee-1
              MIG-GPU-aabb-2222/7/0,0 | unset | MIG-GPU-aabb-2222/7/0 0
              MIG-c0ffee-2            | unset | ''
            """)
    void theEnvironmentDecidesWhichGpusAreUsable(String cuda, String nvidia, String devices) {
        var machine = new FakeMachine().nvidiaSmiPrints(TWO_CARDS, LIST);
        if (cuda != null) {
            machine.variable("CUDA_VISIBLE_DEVICES", cuda);
        }
        if (nvidia != null) {
            machine.variable("NVIDIA_VISIBLE_DEVICES", nvidia);
        }
        var expected = devices.isEmpty() ? List.of() : List.of(devices.split(" "));

        assertThat(find(machine).gpus()).extracting(Gpu::cudaDevice).isEqualTo(expected);
    }

    @Test
    void aMigInstanceIsAGpuOfItsOwn() {
        var gpus = find(new FakeMachine().nvidiaSmiPrints(TWO_CARDS, LIST)).gpus();

        assertThat(gpus)
                .element(1)
                .isEqualTo(new Gpu(1, "NVIDIA A100-SXM4-40GB MIG 3g.20gb", "MIG-c0ffee-1", null, "MIG-c0ffee-1"));
    }

    @Test
    void aNamedCardThatIsDividedStandsForItsFirstInstance() {
        var machine = new FakeMachine().nvidiaSmiPrints(TWO_CARDS, LIST).variable("CUDA_VISIBLE_DEVICES", "1");

        assertThat(find(machine).gpus()).extracting(Gpu::uuid).containsExactly("MIG-c0ffee-1");
    }

    @Test
    void whatTheDriverDoesNotTellIsNull() {
        var table = "WARNING: infoROM is corrupted at gpu 0000:02:00.0\n0, Orin (nvgpu), [N/A], [N/A]\n";

        assertThat(find(new FakeMachine().nvidiaSmiPrints(table, "")).gpus())
                .containsExactly(new Gpu(0, "Orin (nvgpu)", null, null, "0"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                   | CUDA_VISIBLE_DEVICES is empty
            -1                   | CUDA_VISIBLE_DEVICES is -1
            7                    | CUDA_VISIBLE_DEVICES=7 names no card that nvidia-smi lists, or one twice
            0,0                  | CUDA_VISIBLE_DEVICES=0,0 names no card that nvidia-smi lists, or one twice
            """)
    void saysWhichVariableHidesTheGpus(String cuda, String explanation) {
        var machine = new FakeMachine().gpus(1).graphicsCards("H100").variable("CUDA_VISIBLE_DEVICES", cuda);

        assertThat(find(machine).explanation()).isEqualTo(explanation);
        assertThat(machine.cardListings()).isZero();
    }

    @Test
    void doesNotStartNvidiaSmiWhereTheEnvironmentHidesAllGpus() {
        NvidiaSmi unwanted = arguments -> fail("nvidia-smi was started");

        assertThat(find(new FakeMachine().nvidiaSmi(unwanted).variable("CUDA_VISIBLE_DEVICES", ""))
                        .gpus())
                .isEmpty();
    }

    @Test
    void listsGraphicsCardsOnlyToExplainAMissingGpu() {
        var withGpu = new FakeMachine().gpus(1).graphicsCards("H100");
        var withMaxWorkers = new FakeMachine().graphicsCards("H100").variable("MAX_WORKERS", "1");
        var without = new FakeMachine().nvidiaSmiPrints("", "").graphicsCards("H100");

        withGpu.detect();
        withMaxWorkers.detect();

        assertThat(withGpu.cardListings()).isZero();
        assertThat(withMaxWorkers.cardListings()).isZero();
        assertThat(find(without).explanation()).isEqualTo("nvidia-smi lists none, though OSHI lists H100");
    }

    @Test
    void saysWhyNvidiaSmiGaveNoAnswer() {
        var machine = new FakeMachine()
                .nvidiaSmi(arguments -> {
                    throw new NvidiaSmi.NoAnswerException("nvidia-smi ended with exit code 9");
                })
                .deviceFiles("/dev/nvidia0");

        assertThat(find(machine).explanation())
                .isEqualTo("nvidia-smi ended with exit code 9, though /dev/nvidia0 exists");
    }

    @Test
    void survivesAFailingListOfGraphicsCards() {
        var machine = new Machine(Map.of(), () -> 1, () -> 1, arguments -> Optional.empty(), List::of, () -> {
            throw new IllegalStateException("no lspci");
        });

        assertThat(new GpuDetector(machine).find(true)).isEqualTo(GpuDetector.Finding.none(""));
    }

    private static GpuDetector.Finding find(FakeMachine machine) {
        return new GpuDetector(machine.machine()).find(true);
    }
}
