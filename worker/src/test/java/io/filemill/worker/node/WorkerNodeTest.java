package io.filemill.worker.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.worker.capacity.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerNodeTest {
    @Test
    void tellsWhatGpusItHas() {
        assertThat(WorkerNode.json(List.of(
                                new Gpu(0, "NVIDIA H100", "GPU-a", 81_559L << 20, "GPU-a"),
                                new Gpu(1, "NVIDIA H100 MIG 1g.10gb", "MIG-b", null, "MIG-b")))
                        .toString())
                .isEqualTo("[{\"index\":0,\"name\":\"NVIDIA H100\",\"memory_bytes\":85520809984},"
                        + "{\"index\":1,\"name\":\"NVIDIA H100 MIG 1g.10gb\",\"memory_bytes\":null}]");
    }
}
