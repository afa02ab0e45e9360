/** What changes of tasks, told to those who wait for it, and streams of events that no thread waits for. */
@NullMarked
package io.filemill.api.live;

import org.jspecify.annotations.NullMarked;
