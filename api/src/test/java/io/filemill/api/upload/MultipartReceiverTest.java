package io.filemill.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.filemill.api.Multipart;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.storage.FileStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;

class MultipartReceiverTest {
    private static final String MEGABYTES = "x".repeat(20 << 20);

    @TempDir
    Path folder;

    private ProblemType refused(MultipartReceiver.Limits limits, Multipart body) {
        var receiver = new MultipartReceiver(new FileStore(folder, Clock.systemUTC()), limits);
        var request = new MockHttpServletRequest("POST", "/v1/tasks");
        request.setContentType(body.contentType());
        request.setContent(body.bytes());
        ProblemException problem = assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> receiver.receive(request))
                .actual();
        assertThat(storedFiles()).isEmpty();
        return problem.type();
    }

    private List<Path> storedFiles() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static MultipartReceiver.Limits room(Long... free) {
        Deque<Long> answers = new ArrayDeque<>(List.of(free));
        var room = new DiskRoom(() -> answers.size() == 1 ? answers.element() : answers.remove(), 1000);
        return new MultipartReceiver.Limits(Long.MAX_VALUE, Pace.ANY, room);
    }

    @Test
    void nothingIsReadWhenTheDiskIsFull() {
        assertThat(refused(room(1000L), new Multipart().file("a", "a"))).isEqualTo(ProblemType.DISK_FULL);
    }

    @Test
    void anUploadStopsBeforeTheDiskIsFull() {
        assertThat(refused(room(5000L, 1000L), new Multipart().file("a", "a").file("b", MEGABYTES)))
                .isEqualTo(ProblemType.DISK_FULL);
    }

    @Test
    void anUploadThatIsTooLongStops() {
        var limits = new MultipartReceiver.Limits(1 << 20, Pace.ANY, new DiskRoom(() -> Long.MAX_VALUE, 0));
        assertThat(refused(limits, new Multipart().file("a", "a").file("b", MEGABYTES)))
                .isEqualTo(ProblemType.TOO_LARGE);
    }

    @Test
    void aBodyThatComesTooSlowlyIsRefusedAfterAWhile() throws IOException {
        var time = new AtomicLong();
        InputStream slow = new ByteArrayInputStream(new byte[100]) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                time.addAndGet(Duration.ofSeconds(10).toNanos());
                return super.read(buffer, offset, Math.min(1, length));
            }
        };
        var body = new GuardedBody(slow, 1000, "too long", new Pace(1, time::get));
        assertThat(body.readNBytes(3)).hasSize(3);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(body::read)
                .extracting(ProblemException::type)
                .isEqualTo(ProblemType.TOO_SLOW);
        var anyPace = new GuardedBody(slow, 1000, "too long", new Pace(0, time::get));
        assertThat(anyPace.readAllBytes()).hasSize(96);
    }
}
