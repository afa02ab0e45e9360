package io.filemill.worker.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunningFilesTest {
    @Test
    void keepsTheTimeLimitOfAFileOnlyWhileItRuns() throws Exception {
        try (var files = new RunningFiles()) {
            for (int id = 0; id < 100; id++) {
                try (RunningFiles.Run run = files.begin(id, 1)) {
                    int during = run.process(Duration.ofHours(1), files::timeLimits);
                    assertThat(during).isEqualTo(1);
                }
            }

            assertThat(files.timeLimits()).isZero();
            assertThat(files.isEmpty()).isTrue();
        }
    }
}
