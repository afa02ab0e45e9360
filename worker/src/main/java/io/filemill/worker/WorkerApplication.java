package io.filemill.worker;

/** A node. */
public final class WorkerApplication {
    private WorkerApplication() {}

    public static void main(String[] args) {
        System.out.println("worker");
    }
}
