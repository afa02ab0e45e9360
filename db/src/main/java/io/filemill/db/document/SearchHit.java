package io.filemill.db.document;

import org.jspecify.annotations.Nullable;

/**
 * A chunk that matches a search.
 *
 * @param sha256 the document
 * @param filename the document's name
 * @param mimetype the document's type
 * @param page the page, slide or sheet, from 1, or null if the format has none
 * @param part the embedded document that it is in, or null for the file itself
 * @param ordinal the chunk's position in the document, from 0
 * @param type what kind of text it is
 * @param snippet the best passage as plain text, with {@code **} around the words that match
 * @param score the rank; higher is better, and only comparable within one search
 */
public record SearchHit(
        String sha256,
        String filename,
        String mimetype,
        @Nullable Integer page,
        @Nullable String part,
        int ordinal,
        ChunkType type,
        String snippet,
        double score) {}
