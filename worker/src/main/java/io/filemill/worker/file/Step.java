package io.filemill.worker.file;

import java.io.IOException;

/** A part of a processor's work. */
@FunctionalInterface
public interface Step<T> {
    T run() throws IOException, InterruptedException;
}
