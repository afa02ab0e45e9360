package io.filemill.api.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server that runs in this process. */
public interface LocalServer extends AutoCloseable {
    /** Where it answers: scheme, host and the port that it really has. */
    URI address();

    /** Where the queue's dashboard answers, or null if it is off. */
    @Nullable
    URI dashboard();

    /** Where the database or the stored files are, for people to read. */
    String storage();

    /** Stops it. Accepted files that are not finished stay accepted. May be called twice. */
    @Override
    void close();

    /**
     * How to start a server. What is null comes from the environment.
     *
     * @param host the address to listen on
     * @param port the port to listen on; 0 is any free one
     * @param dashboardPort the port of the queue's dashboard; 0 is none
     * @param worker whether this process also runs files
     * @param ingestRoots folders that a submission may name by path, besides those of the environment
     * @param quiet whether log lines stay out of the terminal
     */
    record Options(
            @Nullable String host,
            @Nullable Integer port,
            @Nullable Integer dashboardPort,
            boolean worker,
            List<Path> ingestRoots,
            boolean quiet) {
        public Options {
            ingestRoots = List.copyOf(ingestRoots);
        }

        /** Answers a question or takes a submission on a free loopback port, runs nothing, and says nothing. */
        static Options forOneQuestion(List<Path> ingestRoots) {
            return new Options("127.0.0.1", 0, 0, false, ingestRoots, true);
        }
    }
}
