package io.filemill.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables of docs/configuration.md are made of the code: the types and their Javadoc by way of Spring's configuration metadata, the names of
 * environment variables and their defaults from filemill.yml. {@code -Dfilemill.docs.write=true} writes them.
 */
class ConfigurationReferenceTest {
    private static final Path DOCUMENT = Documentation.ROOT.resolve("docs/configuration.md");
    private static final String BEGIN = "<!-- made by ConfigurationReferenceTest -->\n";
    private static final String END = "<!-- end -->";
    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String INTERNAL = "filemill.version";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*):(.*)}(\\D*)");

    private static final Pattern LIST = Pattern.compile("\\[(.*)]");
    private static final Pattern CODE = Pattern.compile("\\{@code ([^}]*)}");

    private record Setting(String property, String variable, String defaultValue, String meaning) {
        String row() {
            return "| `" + variable + "` | `" + property + "` | "
                    + (defaultValue.isEmpty() ? "" : "`" + defaultValue + "`") + " | " + meaning.replace("|", "\\|")
                    + " |\n";
        }

        /** What it is about: the first part of its name, if there are several. */
        String topic() {
            String[] parts = property.split("\\.");
            return parts.length == 2 ? "" : parts[1];
        }
    }

    private static Map<String, String> yaml() throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (var source : new YamlPropertySourceLoader().load("filemill", new ClassPathResource("filemill.yml"))) {
            var properties = (EnumerablePropertySource<?>) source;
            for (String name : properties.getPropertyNames()) {
                values.put(name, String.valueOf(properties.getProperty(name)));
            }
        }
        return values;
    }

    private static List<Setting> settings() throws IOException {
        Map<String, String> yaml = yaml();
        Map<String, Setting> settings = new TreeMap<>();
        for (var url : Collections.list(
                ConfigurationReferenceTest.class.getClassLoader().getResources(METADATA))) {
            try (InputStream json = url.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
                    String name = property.path("name").asString();
                    if (name.startsWith("filemill.") && !name.equals(INTERNAL)) {
                        settings.put(name, setting(name, property, yaml.getOrDefault(name, "")));
                    }
                }
            }
        }
        return new ArrayList<>(settings.values());
    }

    private static Setting setting(String name, JsonNode property, String inYaml) {
        Matcher own = VARIABLE.matcher(inYaml);
        boolean hasOwn = own.matches();
        String variable =
                hasOwn ? own.group(1) : name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
        String defaultValue = hasOwn ? own.group(2) + (own.group(2).isEmpty() ? "" : own.group(3)) : inYaml;
        if (defaultValue.isEmpty()) {
            JsonNode given = property.path("defaultValue");
            defaultValue = given.isArray()
                    ? String.join(
                            ",", given.valueStream().map(JsonNode::asString).toList())
                    : LIST.matcher(given.asString("")).replaceFirst("$1");
        }
        return new Setting(
                name,
                variable,
                defaultValue.replace("${user.home}", "~"),
                CODE.matcher(property.path("description").asString("")).replaceAll("`$1`"));
    }

    private static String tables(List<Setting> settings) {
        Map<String, StringBuilder> topics = new TreeMap<>();
        for (Setting setting : settings) {
            topics.computeIfAbsent(
                            setting.topic(),
                            topic -> new StringBuilder("\n## "
                                    + (topic.isEmpty() ? "The server" : "`filemill." + topic + "`")
                                    + "\n\n| variable | property | default | meaning |\n| --- | --- | --- | --- |\n"))
                    .append(setting.row());
        }
        return String.join("", topics.values()) + "\n";
    }

    @Test
    void isMadeOfTheCode() throws IOException {
        String document = Documentation.read(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        String tables = tables(settings());
        if (Boolean.getBoolean("filemill.docs.write")) {
            Files.writeString(DOCUMENT, document.substring(0, begin) + tables + document.substring(end));
            return;
        }
        assertThat(document.substring(begin, end))
                .as("docs/configuration.md; write it with mvn test -pl api -am -Dtest=ConfigurationReferenceTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dfilemill.docs.write=true")
                .isEqualTo(tables);
    }

    @Test
    void saysOfEachSettingWhatItMeans() throws IOException {
        assertThat(settings())
                .hasSizeGreaterThan(20)
                .allSatisfy(setting -> assertThat(setting.meaning())
                        .as("the @param of %s", setting.property())
                        .isNotBlank());
    }

    @Test
    void namesEachVariableOfTheYamlFile() throws IOException {
        List<String> variables = settings().stream().map(Setting::variable).toList();
        String document = Documentation.read(DOCUMENT);
        assertThat(yaml().values())
                .filteredOn(value -> VARIABLE.matcher(value).matches())
                .extracting(value -> VARIABLE.matcher(value).replaceFirst("$1"))
                .allMatch(
                        variable -> variables.contains(variable) || document.contains("`" + variable + "`"),
                        "documented");
    }
}
