package io.filemill.db.document;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a document's text.
 *
 * @param page the page, slide or sheet, from 1, or null if the format has none
 * @param type what kind of text it is
 * @param part the embedded document that it is in, or null for the file itself
 * @param text not empty, without NUL characters, at most 8000 characters
 */
public record Chunk(
        @Nullable Integer page, ChunkType type, @Nullable String part, String text) {}
