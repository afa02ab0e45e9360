package io.filemill.db.listing;

import io.filemill.db.task.NewFileTask;
import java.util.List;

/**
 * What a node has listed and not yet recorded, and where it stands now.
 *
 * @param leftOut what was passed over
 * @param number the source that comes next
 * @param position where its walk goes on
 * @param linkedFolders of that walk
 */
public record ListedPage(
        List<NewFileTask> files,
        List<Unreadable> unreadable,
        List<LeftOut> leftOut,
        int number,
        List<String> position,
        List<String> linkedFolders) {}
