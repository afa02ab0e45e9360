package io.filemill.db.listing;

/**
 * What a listing passed over on purpose: hidden names, links that lead out of the ingest roots, what is no regular file.
 *
 * @param reason why, for example {@code hidden}
 */
public record LeftOut(String item, String reason) {}
