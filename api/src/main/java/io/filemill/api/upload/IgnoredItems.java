package io.filemill.api.upload;

import io.filemill.db.listing.Unreadable;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a listing left out, with the reasons: the first thousand in full, and how many there are. */
final class IgnoredItems {
    private static final int SHOWN = 1000;

    private final List<Ignored> first = new ArrayList<>();
    private long count;

    void add(String item, String reason) {
        count++;
        if (first.size() < SHOWN) {
            first.add(new Ignored(item, reason));
        }
    }

    void add(String item, IOException e) {
        add(item, Unreadable.of(item, e).reason());
    }

    /** The file task of a file, or null if it cannot be one, which is then among the ignored items. */
    @Nullable
    NewFileTask fileTask(Path real, BasicFileAttributes attributes) {
        String item = real.toString();
        if (!attributes.isRegularFile()) {
            add(item, "not a regular file");
        } else if (Items.isTooLong(item)) {
            add(item, "its path is longer than " + Items.MAX_BYTES + " bytes");
        } else if (!namesTheSame(item, real)) {
            add(item, "its name is not valid in the character encoding of this server");
        } else {
            return new NewFileTask(item, real.getFileName().toString(), null, attributes.size(), null);
        }
        return null;
    }

    private static boolean namesTheSame(String item, Path real) {
        try {
            return Path.of(item).equals(real);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    long count() {
        return count;
    }

    List<Ignored> first() {
        return List.copyOf(first);
    }

    record Ignored(String item, String reason) {}
}
