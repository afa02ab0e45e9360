import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Times a drain from the start of its first file to the end of its last one. Safe for use by several threads. */
final class Stopwatch {
    private final CountDownLatch left;
    private final int files;
    private final AtomicLong began = new AtomicLong();

    Stopwatch(int files) {
        this.files = files;
        this.left = new CountDownLatch(files);
    }

    void fileStarts() {
        began.compareAndSet(0, System.nanoTime());
    }

    void fileEnded() {
        left.countDown();
    }

    /** Waits for the last file; returns how many ended in a second. */
    double perSecond() throws InterruptedException {
        left.await();
        return files / ((System.nanoTime() - began.get()) / 1e9);
    }
}
