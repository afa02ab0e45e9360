import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Copies files so that no two copies have the same bytes and each reads as the original: a few bytes that readers of its format pass over are added
 * to its end. Arguments: the folder for the copies, their number's first value and last, and the files.
 */
public final class Copies {
    private static final byte[] END_OF_ZIP = {'P', 'K', 5, 6};
    private static final int COMMENT_LENGTH = 20;
    private static final Set<String> MARKUP = Set.of("html", "htm", "xhtml", "xml", "nxml");

    private Copies() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<Path> files = Files.readAllLines(Path.of(arguments[3])).stream().map(Path::of).toList();
        for (int copy = Integer.parseInt(arguments[1]); copy <= Integer.parseInt(arguments[2]); copy++) {
            Path target = Files.createDirectories(folder.resolve(Integer.toString(copy)));
            int number = 0;
            for (Path file : files) {
                Files.write(target.resolve(number++ + "-" + file.getFileName()), copy(file, copy));
            }
        }
    }

    private static byte[] copy(Path file, int copy) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String name = file.getFileName().toString();
        String type = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        byte[] mark = (MARKUP.contains(type) ? "<!-- copy " + copy + " -->" : "\n% copy " + copy + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(bytes.length + mark.length).order(ByteOrder.LITTLE_ENDIAN).put(bytes).put(mark);
        int end = bytes.length - COMMENT_LENGTH - 2;
        if (end >= 0 && List.of(bytes[end], bytes[end + 1], bytes[end + 2], bytes[end + 3]).equals(List.of(END_OF_ZIP[0], END_OF_ZIP[1], END_OF_ZIP[2], END_OF_ZIP[3]))) {
            all.putShort(end + COMMENT_LENGTH, (short) mark.length); // the mark becomes the comment of the zip file
        }
        return all.array();
    }
}
