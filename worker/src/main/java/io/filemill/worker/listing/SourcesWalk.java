package io.filemill.worker.listing;

import io.filemill.db.listing.ClaimedListing;
import io.filemill.db.listing.FolderWalk;
import io.filemill.db.listing.LeftOut;
import io.filemill.db.listing.ListedPage;
import io.filemill.db.listing.Source;
import io.filemill.db.listing.Unreadable;
import io.filemill.db.task.NewFileTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The files of all sources of a task from where a listing stands on, in pages. For use by one thread. */
final class SourcesWalk {
    private static final int PAGE = 2000;
    private static final Duration LONGEST_PAGE = Duration.ofSeconds(1);

    private final ClaimedListing claimed;
    private final IntFunction<Optional<Source>> sources;
    private int number;
    private @Nullable FolderWalk walk;
    private Met met = new Met();

    /**
     * A part of the files.
     *
     * @param last whether there is nothing behind it
     */
    record Page(ListedPage listed, boolean last) {}

    /**
     * @param sources by number; empty behind the last one
     */
    SourcesWalk(ClaimedListing claimed, IntFunction<Optional<Source>> sources) {
        this.claimed = claimed;
        this.sources = sources;
        this.number = claimed.number();
        this.walk = walk(claimed.source(), claimed.position(), claimed.linkedFolders());
    }

    private @Nullable FolderWalk walk(
            @Nullable Source source, List<String> position, Collection<String> linkedFolders) {
        return source == null ? null : new FolderWalk(source, claimed::allows, new Receiver(), position, linkedFolders);
    }

    /** What the walks have met since the page before. */
    private static final class Met {
        private final List<NewFileTask> files = new ArrayList<>();
        private final List<Unreadable> unreadable = new ArrayList<>();
        private final List<LeftOut> leftOut = new ArrayList<>();

        int size() {
            return files.size() + unreadable.size() + leftOut.size();
        }
    }

    private final class Receiver implements FolderWalk.Receiver {
        @Override
        public void file(NewFileTask file) {
            met.files.add(file);
        }

        @Override
        public void leftOut(LeftOut entry) {
            met.leftOut.add(entry);
        }

        @Override
        public void unreadable(Unreadable entry) {
            met.unreadable.add(entry);
        }
    }

    /**
     * Walks until a page is full, which it may also be because it took long.
     *
     * @param stopped asked now and then; what was met until then is the page
     */
    Page next(BooleanSupplier stopped) {
        met = new Met();
        long began = System.nanoTime();
        while (walk != null
                && met.size() < PAGE
                && System.nanoTime() - began < LONGEST_PAGE.toNanos()
                && !stopped.getAsBoolean()) {
            if (walk.advance(stopped) != FolderWalk.Step.STOPPED && walk.hasEnded()) {
                number++;
                walk = walk(sources.apply(number).orElse(null), List.of(), List.of());
            }
        }
        var listed = new ListedPage(
                met.files,
                met.unreadable,
                met.leftOut,
                number,
                walk == null ? List.of() : List.copyOf(walk.position()),
                walk == null ? List.of() : List.copyOf(walk.linkedFolders()));
        return new Page(listed, walk == null);
    }
}
