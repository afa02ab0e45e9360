package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request, which fails with a problem when it is too long or comes too slowly. For use by one thread. */
final class GuardedBody extends FilterInputStream {
    private final long maxBytes;
    private final String tooLong;
    private final Pace pace;
    private long bytes;
    private long waitedNanos;

    /**
     * @param tooLong what the client is told then
     */
    GuardedBody(InputStream in, long maxBytes, String tooLong, Pace pace) {
        super(in);
        this.maxBytes = maxBytes;
        this.tooLong = tooLong;
        this.pace = pace;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long before = pace.nanoTime().getAsLong();
        int n = super.read(buffer, offset, length);
        waitedNanos += pace.nanoTime().getAsLong() - before;
        if (n > 0) {
            bytes += n;
            if (bytes > maxBytes) {
                throw new ProblemException(ProblemType.TOO_LARGE, tooLong);
            }
            pace.require(bytes, waitedNanos);
        }
        return n;
    }
}
