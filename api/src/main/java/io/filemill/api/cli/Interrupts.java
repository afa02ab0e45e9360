package io.filemill.api.cli;

/** Tells a command that the process is asked to stop, by Ctrl-C or by SIGTERM. */
interface Interrupts {
    /**
     * Runs the action, on another thread, when the process is asked to stop. The process ends soon after the action returns.
     *
     * @return withdraws the action; does nothing once the process stops
     */
    Registration onInterrupt(Runnable action);

    /** Withdraws an action. */
    interface Registration {
        void withdraw();
    }

    /** The signals of this process. */
    static Interrupts ofProcess() {
        return action -> {
            var hook = new Thread(action, "interrupted");
            Runtime.getRuntime().addShutdownHook(hook);
            return () -> {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException e) {
                    // The process is stopping: the action runs or has run.
                }
            };
        };
    }
}
