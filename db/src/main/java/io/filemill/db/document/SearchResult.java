package io.filemill.db.document;

import java.util.List;

/**
 * One page of a search's hits.
 *
 * @param total how many chunks match in all
 * @param hits the hits of this page, best first
 */
public record SearchResult(long total, List<SearchHit> hits) {}
