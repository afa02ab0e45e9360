package io.filemill.worker.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Jars that travel as resources, laid out as files for a child's class path.
 *
 * <p>Each version of the jars has a directory of its own. Several processes may lay out the same jars at the same time: every file
 * appears whole or not at all, and files that are already there are used.
 */
public final class ClassPathDirectory {
    private ClassPathDirectory() {}

    /**
     * Lays out the jars of a folder of this program's class path.
     *
     * @param folder for example {@code filemill-parser}
     * @param parent where the directory is made; kept between runs it saves the work
     * @return the class path, as for {@code java -cp}
     * @throws IOException if there are no such jars, or the directory cannot be written
     */
    public static String layOut(String folder, Path parent) throws IOException {
        var jars = new PathMatchingResourcePatternResolver().getResources("classpath*:" + folder + "/*.jar");
        if (jars.length == 0) {
            throw new IOException("There are no jars in " + folder + " on the class path");
        }
        Arrays.sort(jars, Comparator.comparing(ClassPathDirectory::name));
        var directory = Files.createDirectories(parent.resolve(version(jars)));
        for (var jar : jars) {
            copy(jar, directory);
        }
        return directory.toAbsolutePath().resolve("*").toString();
    }

    private static void copy(Resource jar, Path directory) throws IOException {
        var target = directory.resolve(name(jar));
        if (Files.exists(target) && Files.size(target) == jar.contentLength()) {
            return;
        }
        var partial = Files.createTempFile(directory, name(jar), ".partial");
        try (var content = jar.getInputStream()) {
            Files.copy(content, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** Names tell the versions of released jars; the bytes tell those of jars that are built anew under the same name. */
    private static String version(Resource[] jars) throws IOException {
        var digest = sha256();
        for (var jar : jars) {
            digest.update((name(jar) + jar.contentLength()).getBytes(StandardCharsets.UTF_8));
            if (name(jar).startsWith("filemill-")) {
                digest.update(jar.getContentAsByteArray());
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static String name(Resource jar) {
        return String.valueOf(jar.getFilename());
    }
}
