package io.filemill.api.telemetry;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a scrape tells: for each metric its type and labels, and the names of all samples. */
record Exported(Map<String, Metric> metrics, Set<String> samples) {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    record Metric(String type, Set<String> labels) {}

    static Exported parse(String text) {
        var metrics = new TreeMap<String, Metric>();
        var samples = new TreeSet<String>();
        var current = new Metric("none", new TreeSet<>());
        for (String line : text.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches()) {
                current = new Metric(type.group(2), new TreeSet<>());
                metrics.put(type.group(1), current);
            } else if (sample.matches()) {
                samples.add(sample.group(1));
                Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
                while (label.find()) {
                    if (!label.group(1).equals("le")) {
                        current.labels().add(label.group(1));
                    }
                }
            }
        }
        return new Exported(metrics, samples);
    }

    /** The sample, whatever its labels say beyond the given text. */
    static double value(String text, String name, String labels) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
