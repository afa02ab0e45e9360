package io.filemill.db.listing;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which files below a folder are wanted.
 *
 * @param glob matches their paths relative to the folder, or null for all
 * @param depth how many levels below the folder they can be
 */
public record Selection(@Nullable PathMatcher glob, int depth) {
    /** All files at any depth. */
    public static final Selection EVERYTHING = new Selection(null, Integer.MAX_VALUE);

    private static final Pattern WILDCARDS = Pattern.compile("\\*+");
    private static final int MAX_WILDCARDS = 4;
    private static final Pattern GLOB_CHARACTER = Pattern.compile("[*?\\[{\\\\]");

    /** Whether the file with this path below the folder is wanted. */
    public boolean wants(Path relative) {
        return glob == null || glob.matches(relative);
    }

    /** How many elements of a path, from its root on, stand for themselves. */
    public static int literalElements(Path path) {
        int elements = 0;
        while (elements < path.getNameCount()
                && !GLOB_CHARACTER.matcher(path.getName(elements).toString()).find()) {
            elements++;
        }
        return elements;
    }

    /**
     * The files that a glob matches, whose ** stand for any number of folders.
     *
     * @throws IllegalArgumentException if it is not a glob of Java's file systems, or one that could take ages to match
     */
    public static Selection of(Path glob) {
        String pattern = glob.toString();
        for (Path element : glob) {
            if (WILDCARDS.matcher(element.toString()).results().count() > MAX_WILDCARDS) {
                throw new IllegalArgumentException("The glob " + pattern + " has more than " + MAX_WILDCARDS
                        + " asterisks between two slashes. Use fewer.");
            }
        }
        // Java's ** between slashes wants at least one folder, but people mean any number of them.
        String anyDepth = pattern.replace("/**/", "{/,/**/}").replaceFirst("^\\*\\*/", "{,**/}");
        try {
            return new Selection(
                    FileSystems.getDefault().getPathMatcher("glob:" + anyDepth),
                    pattern.contains("**") || pattern.contains("{") ? Integer.MAX_VALUE : glob.getNameCount());
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("The glob " + pattern + " is not valid: " + e.getDescription() + ".", e);
        }
    }
}
