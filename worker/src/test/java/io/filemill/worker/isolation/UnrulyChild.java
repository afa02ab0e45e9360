package io.filemill.worker.isolation;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.Deflater;

/** A child that does whatever a request asks for: {@code verb} or {@code verb argument}. */
final class UnrulyChild {
    private static final int BLOCK = 64 * 1024;
    private static final int SIGN_OF_LIFE = -1;
    private static final int DEFLATERS_PER_MEGABYTE = 20;
    private static final List<Deflater> HOARD = new ArrayList<>();

    private UnrulyChild() {}

    public static void main(String[] arguments) throws Exception {
        var input = new DataInputStream(System.in);
        var output = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        while (true) {
            var request = new String(input.readNBytes(input.readInt()), StandardCharsets.UTF_8);
            input.readInt();
            var words = request.split(" ", 2);
            answer(output, run(words[0], words.length > 1 ? words[1] : "", output, Path.of(arguments[0])));
        }
    }

    private static String run(String verb, String argument, DataOutputStream output, Path temporary) throws Exception {
        return switch (verb) {
            case "echo" -> argument;
            case "pid" -> String.valueOf(ProcessHandle.current().pid());
            case "heap" -> String.valueOf(Runtime.getRuntime().maxMemory() / 1024 / 1024);
            case "environment" -> new TreeMap<>(System.getenv()).toString();
            case "temporary" ->
                Files.writeString(temporary.resolve("left"), "over").toString();
            case "hang" -> hang();
            case "work" -> work(Integer.parseInt(argument), output);
            case "take" -> take(Integer.parseInt(argument)) + hang();
            case "keep" -> take(Integer.parseInt(argument));
            case "spawn-and-hang" -> spawnAndHang(Path.of(argument));
            case "exhaust" -> exhaust();
            case "exit" -> exit(Integer.parseInt(argument));
            case "garbage" -> garbage(output);
            case "flood" -> flood(output);
            case "shout" -> shout();
            default -> throw new IllegalArgumentException(verb);
        };
    }

    private static void answer(DataOutputStream output, String answer) throws IOException {
        var bytes = answer.getBytes(StandardCharsets.UTF_8);
        for (var from = 0; from < bytes.length; from += BLOCK) {
            var length = Math.min(BLOCK, bytes.length - from);
            output.writeInt(length);
            output.write(bytes, from, length);
        }
        output.writeInt(0);
        output.flush();
    }

    private static String hang() {
        var turns = 0L;
        while (turns >= 0) {
            turns = Thread.interrupted() ? 0 : (turns + 1) % 1_000;
        }
        return "never";
    }

    /** Gives five signs of life each second. */
    private static String work(int seconds, DataOutputStream output) throws IOException {
        for (var sign = 0; sign < 5 * seconds; sign++) {
            output.writeInt(SIGN_OF_LIFE);
            output.flush();
            var start = System.nanoTime();
            while (System.nanoTime() - start < 200_000_000) {
                Thread.onSpinWait();
            }
        }
        return seconds + " s";
    }

    /** Takes memory outside the heap that no option of the virtual machine bounds. */
    private static String take(int megabytes) {
        for (var taken = 0; taken < megabytes * DEFLATERS_PER_MEGABYTE; taken++) {
            HOARD.add(new Deflater());
        }
        return megabytes + " MB";
    }

    private static String spawnAndHang(Path pidFile) throws IOException {
        var grandchild = new ProcessBuilder("sleep", "600").start();
        Files.writeString(pidFile, String.valueOf(grandchild.pid()));
        return hang();
    }

    private static String exhaust() {
        List<byte[]> hoard = new ArrayList<>();
        while (true) {
            hoard.add(new byte[1024 * 1024]);
        }
    }

    private static String exit(int code) {
        Runtime.getRuntime().halt(code);
        return "never";
    }

    private static String garbage(DataOutputStream output) throws IOException {
        output.write("This is no answer".getBytes(StandardCharsets.UTF_8));
        output.flush();
        return hang();
    }

    private static String flood(DataOutputStream output) throws IOException {
        var block = new byte[BLOCK];
        while (true) {
            output.writeInt(block.length);
            output.write(block);
        }
    }

    private static String shout() {
        for (var line = 0; line < 100_000; line++) {
            System.err.println("line " + line + " of something that nobody reads in time");
        }
        return "done";
    }
}
