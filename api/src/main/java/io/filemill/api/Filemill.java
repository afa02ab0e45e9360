package io.filemill.api;

/** The command line. */
public final class Filemill {
    private Filemill() {}

    public static void main(String[] args) {
        System.out.println("filemill");
    }
}
