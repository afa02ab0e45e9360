package io.filemill.worker.isolation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a stream to its end and keeps only the last bytes. */
final class TailBuffer {
    private static final int SIZE = 4 * 1024;

    private final byte[] tail = new byte[SIZE];
    private long total;

    void drain(InputStream stream) {
        var buffer = new byte[SIZE];
        try (stream) {
            for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                append(buffer, count);
            }
        } catch (IOException e) {
            return; // the process is gone; what was read is what there is
        }
    }

    private synchronized void append(byte[] bytes, int count) {
        for (var i = 0; i < count; i++) {
            tail[(int) ((total + i) % SIZE)] = bytes[i];
        }
        total += count;
    }

    @Override
    public synchronized String toString() {
        var length = (int) Math.min(total, SIZE);
        var ordered = new byte[length];
        for (var i = 0; i < length; i++) {
            ordered[i] = tail[(int) ((total - length + i) % SIZE)];
        }
        return new String(ordered, StandardCharsets.UTF_8).strip();
    }
}
