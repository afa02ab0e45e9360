package io.filemill.api.upload;

import org.jspecify.annotations.Nullable;

/**
 * A line of a manifest, as the client wrote it.
 *
 * @param path where a file lies on this server, or null if the line has an item
 * @param item what identifies the file, or null if the line has a path
 * @param filename the name to show to people, or null for the last part of the path or item
 * @param uploadedFileId the file of an earlier task whose uploaded bytes the item stands for, or null if it stands for none
 */
record ManifestEntry(
        @Nullable String path,
        @Nullable String item,
        @Nullable String filename,
        @Nullable Long uploadedFileId) {}
