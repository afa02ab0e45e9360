package io.filemill.worker.file;

import java.io.IOException;

/** Measures the parts of one file's run, as a metric and, where the file is traced, as spans. Used by the thread that runs the file. */
interface Phases {
    /** Measures nothing. */
    Phases NONE = new Phases() {
        @Override
        public <T> T measure(String phase, Step<T> step) throws IOException, InterruptedException {
            return step.run();
        }
    };

    /** Runs a step and measures it, also when it fails. */
    <T> T measure(String phase, Step<T> step) throws IOException, InterruptedException;
}
