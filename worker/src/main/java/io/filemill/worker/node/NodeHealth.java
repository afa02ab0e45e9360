package io.filemill.worker.node;

/**
 * How a node is, for those who watch its process.
 *
 * @param live false if only a new process can help; an outage of the database is no reason
 * @param ready whether it takes files
 * @param started whether it has started
 */
public record NodeHealth(Check live, Check ready, Check started) {
    /**
     * One answer.
     *
     * @param detail the reason, as a sentence for people
     */
    public record Check(boolean ok, String detail) {
        static Check passed(String detail) {
            return new Check(true, detail);
        }

        static Check failed(String detail) {
            return new Check(false, detail);
        }
    }
}
