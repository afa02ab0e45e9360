package io.filemill.worker.document;

import io.filemill.worker.document.ParserRequest.Limits;
import io.filemill.worker.isolation.CallLimits;
import io.filemill.worker.isolation.ChildOutcome;
import io.filemill.worker.isolation.ChildPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** Has files parsed by child processes. */
final class DocumentParser {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentParser.class);
    private static final Duration CHILD_GRACE = Duration.ofSeconds(10);

    private final ChildPool children;
    private final JsonMapper json;

    /**
     */
    DocumentParser(ChildPool children) {
        this.children = children;
        var constraints = StreamReadConstraints.builder()
                .maxStringLength(Limits.DEFAULT.characters() + 1_000_000)
                .build();
        json = new JsonMapper(
                JsonFactory.builder().streamReadConstraints(constraints).build());
    }

    /**
     * Parses a file. A child that crashes gets a second chance with twice the heap, because an earlier file may have worn it out.
     *
     * @param deadline in {@link System#nanoTime()}
     * @param stallLimit for how long the parser may make no progress
     */
    ChildOutcome<ParserAnswer> parse(Path path, String filename, long deadline, Duration stallLimit)
            throws IOException, InterruptedException {
        var first = children.call(request(path, filename, deadline), this::read, limits(deadline, stallLimit));
        if (!(first instanceof ChildOutcome.Crashed<ParserAnswer> crash)) {
            return first;
        }
        LOG.warn("Parser crashed, file is tried once more: {}", crash.detail());
        var doubledHeap = 2 * children.options().heapMegabytes();
        return children.callAlone(
                request(path, filename, deadline), this::read, limits(deadline, stallLimit), doubledHeap);
    }

    private byte[] request(Path path, String filename, long deadline) {
        var timeout = until(deadline).plus(CHILD_GRACE).toMillis();
        return json.writeValueAsBytes(
                new ParserRequest(path.toAbsolutePath().toString(), filename, Limits.DEFAULT, timeout));
    }

    private ParserAnswer read(InputStream answer) {
        return json.readValue(answer, ParserAnswer.class);
    }

    private CallLimits limits(long deadline, Duration stallLimit) {
        return new CallLimits(until(deadline), stallLimit);
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
