/** Folders and globs that become the files of a task: how they are walked, and how a walk goes on where another one stopped. */
@NullMarked
package io.filemill.db.listing;

import org.jspecify.annotations.NullMarked;
