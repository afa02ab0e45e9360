package io.filemill.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The entries of a list, fetched page by page while they are read. For use by one thread. */
final class Pages<T> implements Iterator<T> {
    private final Fetch<T> fetch;
    private Iterator<T> entries;
    private @Nullable String nextCursor;

    /** Asks for one page. */
    interface Fetch<T> {
        /**
         * Asks for the page after another one.
         *
         * @param cursor of the page before; null for the first
         */
        Page<T> page(@Nullable String cursor);
    }

    private Pages(Fetch<T> fetch) {
        this.fetch = fetch;
        Page<T> first = fetch.page(null);
        this.entries = first.entries().iterator();
        this.nextCursor = first.nextCursor();
    }

    static <T> Stream<T> stream(Fetch<T> fetch) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(new Pages<>(fetch), Spliterator.ORDERED), false);
    }

    @Override
    public boolean hasNext() {
        while (!entries.hasNext() && nextCursor != null) {
            Page<T> page = fetch.page(nextCursor);
            entries = page.entries().iterator();
            nextCursor = page.nextCursor();
        }
        return entries.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the list has ended");
        }
        return entries.next();
    }
}
