/** Lists the folders of tasks that were accepted before all their files were known. */
@NullMarked
package io.filemill.worker.listing;

import org.jspecify.annotations.NullMarked;
