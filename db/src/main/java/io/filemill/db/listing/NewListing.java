package io.filemill.db.listing;

import java.util.List;

/**
 * What of the sources of a new task is still to be listed.
 *
 * @param roots the real paths of the folders that no link may leave
 * @param sources in order, at least one
 * @param position where the walk of the first one goes on
 * @param linkedFolders of that walk
 * @param unreadable what was met so far and becomes a failed file
 * @param leftOut the first of what was passed over so far
 * @param leftOutCount how much that was in all
 */
public record NewListing(
        List<String> roots,
        List<Source> sources,
        List<String> position,
        List<String> linkedFolders,
        List<Unreadable> unreadable,
        List<LeftOut> leftOut,
        long leftOutCount) {}
