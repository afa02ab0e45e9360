package io.filemill.api.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard, the alert rules and the page of documentation, as this repository has them. */
final class MonitoringFiles {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern IN_BRACES_OR_BRACKETS = Pattern.compile("\\{[^}]*}|\\[[^]]*]");
    private static final Pattern GROUPING = Pattern.compile("\\b(by|without)\\s*\\([^)]*\\)");
    private static final Pattern NAME = Pattern.compile("\\b[a-z][a-z0-9_]*_[a-z0-9_]+\\b(?!\\s*\\()");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\| ([^|]*) \\| [^|]+ \\|");
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");
    private static final Pattern ALERT = Pattern.compile("\\| `(Filemill\\w+)` \\|.*");

    private MonitoringFiles() {}

    private static String read(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The query of each panel and variable of the dashboard. */
    static List<String> dashboardQueries() {
        JsonNode dashboard = new JsonMapper().readTree(read("deploy/grafana/filemill.json"));
        List<String> queries = new ArrayList<>();
        dashboard
                .get("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> queries.add(target.get("expr").stringValue())));
        dashboard
                .at("/templating/list")
                .valueStream()
                .filter(variable -> variable.get("type").stringValue().equals("query"))
                .map(variable -> variable.get("definition").stringValue())
                .map(query -> query.replaceAll("label_values\\((\\w+), \\w+\\)", "$1"))
                .forEach(queries::add);
        return queries;
    }

    /** The condition of each alert by its name. */
    static Map<String, String> alerts() {
        Map<String, String> alerts = new TreeMap<>();
        Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions())).load(read("deploy/prometheus/alerts.yml"));
        for (Object group : (List<?>) file.get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                alerts.put(
                        ((Map<?, ?>) rule).get("alert").toString(),
                        ((Map<?, ?>) rule).get("expr").toString());
            }
        }
        return alerts;
    }

    /** The metrics that a query names. Every one of them has an underscore, and no function that is not called does. */
    static Set<String> metricsIn(String query) {
        String bare = STRING.matcher(query).replaceAll("");
        bare = IN_BRACES_OR_BRACKETS.matcher(bare).replaceAll("");
        bare = GROUPING.matcher(bare).replaceAll("");
        return NAME.matcher(bare).results().map(result -> result.group()).collect(Collectors.toSet());
    }

    /** The metrics of the tables in the documentation. */
    static Map<String, Exported.Metric> documentedMetrics() {
        Map<String, Exported.Metric> metrics = new TreeMap<>();
        read("docs/observability.md").lines().forEach(line -> {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> labels = WORD.matcher(row.group(3))
                        .results()
                        .map(result -> result.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
                metrics.put(row.group(1), new Exported.Metric(row.group(2), labels));
            }
        });
        return metrics;
    }

    /** The alerts that the documentation says what to do about. */
    static Set<String> documentedAlerts() {
        return read("docs/observability.md")
                .lines()
                .map(ALERT::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .collect(Collectors.toSet());
    }
}
