package io.filemill.parser;

import java.lang.management.ManagementFactory;
import java.util.TimerTask;

/**
 * Ends a process whose heap is so full that it does little but collect garbage. Such a process would go on like that for minutes before
 * the virtual machine gives up.
 */
final class HeapWatch extends TimerTask {
    static final long PERIOD_MILLIS = 2_000;

    private static final double HOPELESS_SHARE = 0.9;
    private static final int HOPELESS_PERIODS = 3;

    private final Runnable end;
    private long lastCollecting = -1;
    private long lastTime;
    private int hopelessPeriods;

    HeapWatch(Runnable end) {
        this.end = end;
    }

    @Override
    public void run() {
        var collecting = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(collector -> collector.getCollectionTime())
                .sum();
        observe(collecting, System.nanoTime() / 1_000_000);
    }

    /** Compares with the last observation. Both times are in milliseconds. */
    void observe(long collecting, long time) {
        var hopeless = lastCollecting >= 0 && collecting - lastCollecting > HOPELESS_SHARE * (time - lastTime);
        hopelessPeriods = hopeless ? hopelessPeriods + 1 : 0;
        lastCollecting = collecting;
        lastTime = time;
        if (hopelessPeriods == HOPELESS_PERIODS) {
            end.run();
        }
    }
}
