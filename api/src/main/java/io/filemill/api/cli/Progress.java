package io.filemill.api.cli;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far something is: a bar on a terminal, a plain line now and then elsewhere. */
interface Progress extends AutoCloseable {
    /** Shows nothing. */
    Progress NONE = new Progress() {
        @Override
        public void show(long done, long total, String remarks) {}

        @Override
        public void close() {}
    };

    /**
     * Shows a state.
     *
     * @param done how much is done
     * @param total how much there is
     * @param remarks what else to say, or an empty string
     */
    void show(long done, long total, String remarks);

    /** Shows the last state for good. May be called twice. */
    @Override
    void close();

    /**
     * Starts to show.
     *
     * @param what what is going on, for example {@code Processing}
     * @param unit what is counted
     * @param done what was done before
     * @param elapsed how long that took
     */
    static Progress start(Session session, String what, Unit unit, long done, long total, Duration elapsed) {
        return start(session, what, unit, done, total, elapsed, Line.LAST);
    }

    /**
     * Starts to show one of several that are shown together.
     *
     * @param above how many lines above the cursor its line is, which the caller has made; {@link Line#LAST} for the line of the cursor
     */
    static Progress start(Session session, String what, Unit unit, long done, long total, Duration elapsed, int above) {
        return session.terminal().errIsTerminal()
                ? new Bar(new Line(session.terminal(), above), what, unit, done, total, elapsed)
                : new Lines(session, what, unit, done);
    }

    /** What is counted. */
    enum Unit {
        FILES("files", 1),
        MEGABYTES("MB", 1_000_000);

        private final String name;
        private final long size;

        Unit(String name, long size) {
            this.name = name;
            this.size = size;
        }
    }

    /** One decimal, with a point in every locale. */
    static String decimal(double number) {
        return new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(number);
    }

    /** A duration for people, for example {@code 12.3 s} or {@code 1 h 02 min}. */
    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return (duration.toNanosPart() == 0 ? String.valueOf(seconds) : decimal(duration.toMillis() / 1000.0))
                    + " s";
        }
        return seconds < 3600
                ? "%d min %02d s".formatted(seconds / 60, seconds % 60)
                : "%d h %02d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }

    /** A bar that redraws itself four times a second. */
    final class Bar implements Progress {
        private final ProgressBar bar;
        private boolean closed;

        private Bar(Line line, String what, Unit unit, long done, long total, Duration elapsed) {
            bar = new ProgressBarBuilder()
                    .setTaskName(what)
                    .setInitialMax(total)
                    .startsFrom(done, elapsed)
                    .setUnit(unit == Unit.FILES ? "" : " " + unit.name, unit.size)
                    .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(250)
                    .continuousUpdate()
                    .setConsumer(line)
                    .build();
        }

        @Override
        public void show(long done, long total, String remarks) {
            bar.maxHint(total);
            bar.stepTo(done);
            bar.setExtraMessage(remarks.isEmpty() ? "" : "  " + remarks);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                bar.close();
            }
        }
    }

    /** Draws over one of the terminal's last lines. */
    record Line(Terminal terminal, int above) implements ProgressBarConsumer {
        static final int LAST = 0;

        @Override
        public int getMaxRenderedLength() {
            return terminal.columns() - 1;
        }

        @Override
        public void accept(String rendered) {
            terminal.err()
                    .print(
                            above == LAST
                                    ? "\r" + rendered
                                    : "\u001b[" + above + "A\r" + rendered + "\u001b[" + above + "B\r");
            terminal.err().flush();
        }

        @Override
        public void close() {
            if (above == LAST) {
                terminal.err().println();
            }
        }
    }

    /** A line every five seconds and at the end. */
    final class Lines implements Progress {
        private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

        private final Session session;
        private final String what;
        private final Unit unit;
        private final long firstDone;
        private final long started;
        private long lastLine;
        private String pending = "";

        private Lines(Session session, String what, Unit unit, long done) {
            this.session = session;
            this.what = what;
            this.unit = unit;
            this.firstDone = done;
            this.started = session.ticks().nanoTime();
            this.lastLine = started;
        }

        @Override
        public void show(long done, long total, String remarks) {
            long now = session.ticks().nanoTime();
            pending = line(done, total, remarks, (now - started) / 1e9);
            if (now - lastLine >= INTERVAL_NANOS) {
                lastLine = now;
                close();
            }
        }

        @Override
        public void close() {
            if (!pending.isEmpty()) {
                session.note(pending);
                pending = "";
            }
        }

        private String line(long done, long total, String remarks, double seconds) {
            var line = new StringBuilder(what)
                    .append(": ")
                    .append(done / unit.size)
                    .append('/')
                    .append(total / unit.size)
                    .append(' ')
                    .append(unit.name);
            if (!remarks.isEmpty()) {
                line.append(", ").append(remarks);
            }
            double perSecond = seconds > 0 ? (done - firstDone) / seconds : 0;
            if (perSecond > 0) {
                line.append(", ")
                        .append(decimal(perSecond / unit.size))
                        .append(' ')
                        .append(unit.name)
                        .append("/s");
                if (done < total) {
                    long left = Math.round((total - done) / perSecond);
                    line.append(", about ")
                            .append(duration(Duration.ofSeconds(left)))
                            .append(" left");
                }
            }
            return line.toString();
        }
    }
}
