/** Reports: what became of every file of a task, as a table that can be submitted again. */
@NullMarked
package io.filemill.api.report;

import org.jspecify.annotations.NullMarked;
