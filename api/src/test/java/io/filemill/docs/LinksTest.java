package io.filemill.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Relative links of the documents lead to files of this repository, and their anchors to headings. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern IMAGE = Pattern.compile("!\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```");

    private static String prose(Path document) {
        return CODE_BLOCK.matcher(Documentation.read(document)).replaceAll("");
    }

    /** The anchors that GitHub gives the headings. */
    static Set<String> anchors(String prose) {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(prose).results().map(heading -> heading.group(1)).forEach(heading -> {
            String anchor = heading.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                    .replaceAll("\\s", "-");
            String unique = anchor;
            for (int i = 1; !anchors.add(unique); i++) {
                unique = anchor + "-" + i;
            }
        });
        return anchors;
    }

    private static List<String> broken(Path document) {
        List<String> broken = new ArrayList<>();
        String prose = prose(document);
        for (Pattern pattern : List.of(LINK, IMAGE)) {
            for (MatchResult link : pattern.matcher(prose).results().toList()) {
                String target = link.group(1);
                if (!target.matches("[a-z]+:.*") && !leadsSomewhere(document, target)) {
                    broken.add(target);
                }
            }
        }
        return broken;
    }

    private static boolean leadsSomewhere(Path document, String target) {
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
        return file.startsWith(Documentation.ROOT)
                && Files.exists(file)
                && (hash < 0 || anchors(prose(file)).contains(target.substring(hash + 1)));
    }

    @Test
    void leadSomewhere() {
        assertThat(Documentation.documents())
                .hasSizeGreaterThan(10)
                .allSatisfy(document -> assertThat(broken(document))
                        .as("broken links of %s", document)
                        .isEmpty());
    }

    @Test
    void anchorsAreThoseOfGitHub() {
        assertThat(anchors("# Try it\n## `filemill bench`, again!\n## Try it\n"))
                .containsExactlyInAnyOrder("try-it", "filemill-bench-again", "try-it-1");
    }
}
