package io.filemill.parser;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The format on both pipes: a message is any number of blocks, each a four-byte length and as many bytes, and then a length of zero. So
 * neither side has to hold a message in memory to know how long it is. Before an answer there may be signs of life, each a length of −1.
 */
final class Frames {
    private static final int BLOCK_SIZE = 64 * 1024;
    private static final int MAXIMUM_REQUEST = 1024 * 1024;
    private static final int SIGN_OF_LIFE = -1;

    private Frames() {}

    /**
     * Reads one request.
     *
     * @throws EOFException if the parent has closed the pipe
     */
    static byte[] read(DataInputStream input) throws IOException {
        var message = new ByteArrayOutputStream();
        for (var length = input.readInt(); length != 0; length = input.readInt()) {
            if (length < 0 || length > MAXIMUM_REQUEST - message.size()) {
                throw new IOException("The request is too long");
            }
            message.write(input.readNBytes(length));
        }
        return message.toByteArray();
    }

    /** Tells the parent that the answer is being worked on. */
    static void signOfLife(DataOutputStream output) throws IOException {
        output.writeInt(SIGN_OF_LIFE);
        output.flush();
    }

    /** A stream for one answer. Closing it ends the answer and leaves the pipe open. */
    static OutputStream answer(DataOutputStream output) {
        return new OutputStream() {
            private final byte[] block = new byte[BLOCK_SIZE];
            private int length;
            private boolean closed;

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                for (var written = 0; written < count; ) {
                    var step = Math.min(count - written, block.length - length);
                    System.arraycopy(bytes, offset + written, block, length, step);
                    length += step;
                    written += step;
                    if (length == block.length) {
                        writeBlock();
                    }
                }
            }

            @Override
            public void close() throws IOException {
                if (closed) {
                    return; // a second end would count as an empty answer to the next request
                }
                closed = true;
                if (length > 0) {
                    writeBlock();
                }
                output.writeInt(0);
                output.flush();
            }

            private void writeBlock() throws IOException {
                output.writeInt(length);
                output.write(block, 0, length);
                length = 0;
            }
        };
    }
}
