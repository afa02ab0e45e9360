package io.filemill.worker.isolation;

import java.io.IOException;
import java.io.InputStream;

/** Makes a value of a child's answer while it arrives. */
@FunctionalInterface
public interface AnswerReader<T> {
    /**
     * Reads one answer. Whatever this throws means that the answer is not what it should be: the child is killed and counts as crashed.
     *
     * @param answer ends where the answer ends; longer answers than allowed end in an {@link IOException}
     */
    T read(InputStream answer) throws IOException;
}
