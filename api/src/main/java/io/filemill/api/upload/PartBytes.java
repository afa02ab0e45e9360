package io.filemill.api.upload;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of an uploaded file, which fail with a problem when the disk runs full. Closing does not read the rest, since that could be
 * endless. For use by one thread.
 */
final class PartBytes extends FilterInputStream {
    private static final long BYTES_BETWEEN_CHECKS = 8 << 20;

    private final DiskRoom room;
    private long unchecked;

    PartBytes(InputStream in, DiskRoom room) {
        super(in);
        this.room = room;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (unchecked >= BYTES_BETWEEN_CHECKS) {
            room.require();
            unchecked = 0;
        }
        int n = super.read(buffer, offset, length);
        unchecked += Math.max(0, n);
        return n;
    }

    @Override
    public void close() {}
}
