package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;

/** A path with parameters. */
final class Query {
    private final StringBuilder text;
    private char separator = '?';

    /**
     * @param path already encoded
     */
    Query(String path) {
        text = new StringBuilder(path);
    }

    /** Adds a parameter, if it has a value. */
    Query with(String name, @Nullable String value) {
        if (value != null) {
            text.append(separator).append(name).append('=').append(FilemillClient.encode(value));
            separator = '&';
        }
        return this;
    }

    /** The path and the query, encoded. */
    @Override
    public String toString() {
        return text.toString();
    }
}
