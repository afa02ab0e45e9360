package io.filemill.worker.isolation;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * One answer on a pipe: blocks, each a four-byte length and as many bytes, and then a length of zero. In between there may be signs of
 * life, each a length of −1.
 */
final class AnswerStream extends InputStream {
    private static final int MAXIMUM_BLOCK = 1024 * 1024;
    private static final int SIGN_OF_LIFE = -1;

    private final DataInputStream pipe;
    private final long maximum;
    private final Runnable alive;
    private long total;
    private int left;
    private boolean ended;

    /**
     * @param maximum bytes of the answer
     * @param alive is run for everything that the child sends
     */
    AnswerStream(InputStream pipe, long maximum, Runnable alive) {
        this.pipe = new DataInputStream(pipe);
        this.maximum = maximum;
        this.alive = alive;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !ended) {
            startBlock();
        }
        if (ended) {
            return -1;
        }
        var count = Math.min(length, left);
        pipe.readFully(bytes, offset, count);
        left -= count;
        return count;
    }

    /** Reads what the reader has left, so that the next answer starts where it should. */
    void drain() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }

    private void startBlock() throws IOException {
        do {
            left = pipe.readInt();
            alive.run();
        } while (left == SIGN_OF_LIFE);
        total += left;
        if (left < 0 || left > MAXIMUM_BLOCK) {
            throw new IOException("The child wrote something that is no answer");
        }
        if (total > maximum) {
            throw new IOException("The child's answer is longer than " + maximum + " bytes");
        }
        ended = left == 0;
    }
}
