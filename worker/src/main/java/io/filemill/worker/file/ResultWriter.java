package io.filemill.worker.file;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Writes results beside the slots, so that a slot reads its next file while the result before is stored. At most as many results as there are slots
 * are held for it, since each may be large.
 */
final class ResultWriter {
    private final Semaphore room;
    private final Executor threads;

    ResultWriter(int slots) {
        room = new Semaphore(slots);
        threads = Executors.newFixedThreadPool(slots, task -> {
            var thread = new Thread(task, "result-writer");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Hands a result over. Waits while there is no room for it. */
    void write(Runnable write) throws InterruptedException {
        room.acquire();
        threads.execute(() -> {
            try {
                write.run();
            } finally {
                room.release();
            }
        });
    }
}
