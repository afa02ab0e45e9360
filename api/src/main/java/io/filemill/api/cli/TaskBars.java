package io.filemill.api.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Shows how far tasks are: a bar for each, one below the other, or one for all together where there are too many for a screen. */
final class TaskBars implements AutoCloseable {
    private static final int MAX_BARS = 20;
    private static final int SHORT_ID = 8;

    private final List<Progress> shown = new ArrayList<>();
    private final boolean together;

    private TaskBars(boolean together) {
        this.together = together;
    }

    /** Starts to show tasks as they are. */
    static TaskBars start(Session session, List<Task> tasks) {
        var bars = new TaskBars(tasks.size() > MAX_BARS);
        if (tasks.size() == 1 || bars.together) {
            String what = bars.together ? tasks.size() + " tasks" : "Processing";
            bars.shown.add(start(session, what, tasks, Progress.Line.LAST));
        } else {
            if (session.terminal().errIsTerminal()) {
                session.terminal().err().print(System.lineSeparator().repeat(tasks.size()));
            }
            for (int i = 0; i < tasks.size(); i++) {
                Task task = tasks.get(i);
                bars.shown.add(start(session, name(task), List.of(task), tasks.size() - i));
            }
        }
        bars.show(tasks);
        return bars;
    }

    /** Shows the same tasks again. */
    void show(List<Task> tasks) {
        for (int i = 0; i < shown.size(); i++) {
            Sum sum = Sum.of(together ? tasks : tasks.subList(i, i + 1));
            shown.get(i).show(sum.done(), sum.total(), sum.remarks());
        }
    }

    /** Shows the last state for good. May be called twice. */
    @Override
    public void close() {
        shown.forEach(Progress::close);
    }

    private static Progress start(Session session, String what, List<Task> tasks, int above) {
        Sum sum = Sum.of(tasks);
        return Progress.start(session, what, Progress.Unit.FILES, sum.done(), sum.total(), sum.elapsed(), above);
    }

    private static String name(Task task) {
        String id = Terminal.clean(task.taskId());
        return id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID);
    }

    /** Figures of one task, or of several together. */
    private record Sum(long done, long total, long failed, long skipped, Duration elapsed) {
        static Sum of(List<Task> tasks) {
            double longest = 0;
            var sum = new Sum(0, 0, 0, 0, Duration.ZERO);
            for (Task task : tasks) {
                longest = Math.max(longest, task.durationSeconds() == null ? 0 : task.durationSeconds());
                sum = new Sum(
                        sum.done + task.processedFiles(),
                        sum.total + task.totalFiles(),
                        sum.failed + task.failedFiles(),
                        sum.skipped + task.skippedFiles(),
                        Duration.ofMillis(Math.round(longest * 1000)));
            }
            return sum;
        }

        String remarks() {
            String failures = failed > 0 ? failed + " failed" : "";
            String skips = skipped > 0 ? skipped + " skipped" : "";
            return failures.isEmpty() || skips.isEmpty() ? failures + skips : failures + ", " + skips;
        }
    }
}
