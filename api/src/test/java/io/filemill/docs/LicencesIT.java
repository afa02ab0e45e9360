package io.filemill.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** docs/licences.md knows every library in the packaged program, those of the parser included. */
class LicencesIT {
    private static final Pattern NAME = Pattern.compile("`([^`\\s]+)`");
    private static final Pattern VERSION = Pattern.compile("-\\d.*$");

    private static Set<String> libraries() throws IOException {
        Path jar = Documentation.files(
                        Path.of("target"), file -> file.toString().endsWith("-exec.jar"))
                .get(0);
        Set<String> libraries = new TreeSet<>();
        try (var program = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : program.stream().toList()) {
                if (entry.getName().startsWith("BOOT-INF/lib/")) {
                    libraries.add(name(entry.getName()));
                    if (entry.getName().contains("filemill-parser")) {
                        try (var parser = new ZipInputStream(program.getInputStream(entry))) {
                            addJars(parser, libraries);
                        }
                    }
                }
            }
        }
        libraries.removeIf(name -> name.startsWith("filemill-"));
        return libraries;
    }

    private static void addJars(ZipInputStream bundle, Set<String> libraries) throws IOException {
        for (ZipEntry entry = bundle.getNextEntry(); entry != null; entry = bundle.getNextEntry()) {
            if (entry.getName().endsWith(".jar")) {
                libraries.add(name(entry.getName()));
            }
        }
    }

    /** The artifact of a jar, without folder and version. */
    private static String name(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
        return VERSION.matcher(file).replaceFirst("");
    }

    @Test
    void areAllListed() throws IOException {
        List<String> listed = NAME.matcher(Documentation.read(Documentation.ROOT.resolve("docs/licences.md")))
                .results()
                .map(name -> name.group(1))
                .toList();
        assertThat(libraries())
                .hasSizeGreaterThan(100)
                .allSatisfy(library -> assertThat(listed)
                        .as("the licence of %s in docs/licences.md", library)
                        .anyMatch(name -> name.endsWith("*")
                                ? library.startsWith(name.substring(0, name.length() - 1))
                                : library.equals(name)));
    }
}
