package io.filemill.parser;

import java.io.IOException;
import java.util.TimerTask;
import java.util.function.LongSupplier;

/**
 * Tells the parent that a parse gets on: that text was found, or that some of the file was read. A parser in an endless loop finds nothing
 * and so is silent.
 */
final class Heartbeat extends TimerTask {
    static final long PERIOD_MILLIS = 500;

    /** Reading the counters is reading, too. */
    private static final long NOISE_BYTES = 4 * 1024;

    private final LongSupplier found;
    private final LongSupplier read;
    private final Beat beat;
    private long lastFound;
    private long lastRead;
    private long readable;
    private boolean stopped;

    /** Writes one sign of life. */
    @FunctionalInterface
    interface Beat {
        void send() throws IOException;
    }

    /**
     * @param found a number that grows with every find
     * @param read a number that grows with every byte that the process reads
     * @param readable after so many bytes, reading is no progress any more, because some parsers' loops read the same again and again
     */
    Heartbeat(LongSupplier found, LongSupplier read, long readable, Beat beat) {
        this.found = found;
        this.read = read;
        this.readable = readable;
        this.beat = beat;
        lastFound = found.getAsLong();
        lastRead = read.getAsLong();
    }

    @Override
    public synchronized void run() {
        var foundNow = found.getAsLong();
        var readNow = read.getAsLong();
        var hasRead = readNow - lastRead > NOISE_BYTES && readable > 0;
        if (!stopped && (foundNow != lastFound || hasRead)) {
            send();
        }
        readable -= readNow - lastRead;
        lastFound = foundNow;
        lastRead = readNow;
    }

    /** Ends the beats. Once it returns, nothing is written any more. */
    synchronized void stop() {
        stopped = true;
        cancel();
    }

    private void send() {
        try {
            beat.send();
        } catch (IOException e) {
            return; // the parent is gone, and the thread that reads its requests ends the process
        }
    }
}
