/** The document processor: text from files, cut into chunks and stored searchable, once per content. */
@NullMarked
package io.filemill.worker.document;

import org.jspecify.annotations.NullMarked;
