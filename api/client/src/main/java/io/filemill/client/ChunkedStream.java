package io.filemill.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bytes of several streams, each opened when its turn comes, so that one at a time is in memory. To be read by one thread. */
final class ChunkedStream extends InputStream {
    private final Iterator<UploadFile.Content> parts;
    private volatile @Nullable IOException failure;
    private InputStream current = new ByteArrayInputStream(new byte[0]);

    ChunkedStream(Iterator<UploadFile.Content> parts) {
        this.parts = parts;
    }

    /** Why what is to be sent could not be read, which no repetition cures; for any thread. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            int count = current.read(buffer, offset, length);
            while (count < 0 && parts.hasNext()) {
                current.close();
                current = parts.next().open();
                count = current.read(buffer, offset, length);
            }
            return count;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
