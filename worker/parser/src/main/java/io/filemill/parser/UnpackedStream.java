package io.filemill.parser;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a document inside a file, for as long as the budget for unpacked bytes lasts. Closing it leaves the file open. */
final class UnpackedStream extends FilterInputStream {
    private final Budget budget;

    UnpackedStream(InputStream in, Budget budget) {
        super(in);
        this.budget = budget;
    }

    @Override
    public int read() throws IOException {
        var value = super.read();
        take(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        var count = super.read(bytes, offset, length);
        take(Math.max(count, 0));
        return count;
    }

    @Override
    public void close() {
        // the parser of the file around it goes on reading
    }

    private void take(int count) throws IOException {
        if (!budget.takeUnpackedBytes(count)) {
            throw new IOException("The file unpacks to too much");
        }
    }
}
