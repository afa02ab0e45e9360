package io.filemill.e2e.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;

/** Makes up uploads: files that take some time and may fail, and documents. */
final class Submissions {
    private final SplittableRandom random;
    private final Documents documents;

    Submissions(SplittableRandom random, Documents documents) {
        this.random = random;
        this.documents = documents;
    }

    Submission next(int number) {
        String key = new UUID(random.nextLong(), random.nextLong()).toString();
        return random.nextInt(100) < 60 ? noop(number, key) : documents(number, key);
    }

    private Submission noop(int number, String key) {
        List<String> items = IntStream.rangeClosed(1, random.nextInt(1, 40))
                .mapToObj(i -> "noop " + number + " " + i)
                .toList();
        int delay = random.nextInt(10) == 0 ? 2_000 : random.nextInt(400);
        int failEvery = random.nextInt(3) == 0 ? 5 : 0;
        int failFirst = random.nextInt(4) == 0 ? random.nextInt(1, 4) : 0;
        String body = """
                {"processor": "noop", "priority": %d, "items": ["%s"],
                 "settings": {"delay_ms": %d, "fail_every": %d, "fail_first": %d}}
                """.formatted(random.nextInt(10), String.join("\", \"", items), delay, failEvery, failFirst);
        return new Submission(number, key, items, "application/json", body);
    }

    private Submission documents(int number, String key) {
        Map<String, String> files = new LinkedHashMap<>();
        int size = random.nextInt(1, 9);
        for (int i = 1; i <= size; i++) {
            Documents.Document document = documents.next();
            files.put("document " + number + " " + i + document.extension(), document.content());
        }
        StringBuilder body = new StringBuilder();
        if (random.nextInt(8) == 0) {
            body.append("--limit\r\nContent-Disposition: form-data; name=\"replace_duplicates\"\r\n\r\ntrue\r\n");
        }
        files.forEach((name, content) -> body.append("--limit\r\nContent-Disposition: form-data; name=\"file\"; ")
                .append("filename=\"" + name + "\"\r\n\r\n" + content + "\r\n"));
        body.append("--limit--\r\n");
        return new Submission(
                number, key, new ArrayList<>(files.keySet()), "multipart/form-data; boundary=limit", body.toString());
    }
}
