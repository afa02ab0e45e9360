package io.filemill.worker.document;

import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.NewDocument;
import io.filemill.db.document.StoredDocument;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileOutcome.Completed;
import io.filemill.worker.file.FileOutcome.Failed;
import io.filemill.worker.file.FileOutcome.Prepared;
import io.filemill.worker.file.FileOutcome.Skipped;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.file.SourceFile;
import io.filemill.worker.isolation.ChildOutcome.Answered;
import io.filemill.worker.isolation.ChildOutcome.Crashed;
import io.filemill.worker.isolation.ChildOutcome.Stalled;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the text of a file searchable.
 *
 * <p>The same content of the same user is stored once: later files with it are skipped as {@code unchanged}, unless the setting {@code
 * replace_duplicates} is true. A rerun of the file task that stored it completes again. Text that is known to be missing is said in the
 * result.
 *
 * <p>Codes of files that fail for good: {@code FILE_NOT_FOUND}, {@code ACCESS_DENIED}, {@code EMPTY} (no bytes or no text), {@code ENCRYPTED},
 * {@code UNSUPPORTED} (no text in this type, or only in pictures), {@code CORRUPT}, {@code LIMIT} (limits reached before any text),
 * {@code OUT_OF_MEMORY}, {@code PARSER_CRASHED}, {@code STALLED} and {@code TIMEOUT}.
 */
final class DocumentProcessor implements FileProcessor {
    private final DocumentRepository documents;
    private final DocumentParser parser;
    private final Chunker chunker = new Chunker();

    DocumentProcessor(DocumentRepository documents, DocumentParser parser) {
        this.documents = documents;
        this.parser = parser;
    }

    @Override
    public String name() {
        return "document";
    }

    @Override
    public FileOutcome process(SourceFile file) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + file.timeLimit().toNanos();
        var path = file.path();
        if (path == null || !Files.isRegularFile(path)) {
            return fileNotFound();
        }
        if (!Files.isReadable(path)) {
            return accessDenied();
        }
        try {
            return process(file, path, deadline);
        } catch (NoSuchFileException e) {
            return fileNotFound();
        } catch (AccessDeniedException e) {
            return accessDenied();
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException();
        }
    }

    private FileOutcome process(SourceFile file, Path path, long deadline) throws IOException, InterruptedException {
        var sha256 = file.phase("hash", () -> file.digest().sha256());
        var known = replacesDuplicates(file.settings())
                ? Optional.<StoredDocument>empty()
                : file.phase("lookup", () -> documents.find(file.userId(), sha256));
        if (known.isPresent()) {
            return known(file, known.get());
        }
        var outcome = file.phase("parse", () -> parser.parse(path, file.filename(), deadline, file.stallLimit()));
        if (outcome instanceof Answered<ParserAnswer> answered) {
            return prepare(file, path, sha256, answered.value());
        }
        if (outcome instanceof Crashed<ParserAnswer> crash) {
            return crash.isOutOfMemory()
                    ? unreadable("OUT_OF_MEMORY", "Reading the file takes more memory than one file may use.")
                    : unreadable("PARSER_CRASHED", "The file makes the program that reads it crash.");
        }
        if (outcome instanceof Stalled<ParserAnswer> stalled) {
            return unreadable(
                    "STALLED",
                    "Reading the file made no progress for " + stalled.limit().toSeconds() + " seconds.");
        }
        return unreadable(
                "TIMEOUT", "File processing timed out after " + file.timeLimit().toSeconds() + " seconds.");
    }

    private FileOutcome prepare(SourceFile file, Path path, String sha256, ParserAnswer answer)
            throws IOException, InterruptedException {
        if (answer.status().equals(ParserAnswer.UNREADABLE)) {
            return new Failed(
                    Failure.passing(answer.status(), Component.PARSER, Phase.FILE_VALIDATION, sentence(answer)));
        }
        if (!answer.status().equals(ParserAnswer.PARSED)) {
            return unreadable(answer.status(), sentence(answer));
        }
        var chunks = file.phase("chunk", () -> chunker.chunks(answer.segments()));
        var mimetype = answer.mimetype() == null ? "application/octet-stream" : answer.mimetype();
        var document = new NewDocument(
                file.userId(),
                sha256,
                file.filename(),
                mimetype,
                Files.size(path),
                answer.pages(),
                answer.message(),
                answer.metadata(),
                file.fileTaskId());
        var result = result("indexed", sha256, chunks.size(), answer.pages(), mimetype, answer.message());
        return new Prepared(() -> documents
                .store(document, chunks, replacesDuplicates(file.settings()))
                .map(earlier -> known(file, earlier))
                .orElse(new Completed(result)));
    }

    private static FileOutcome known(SourceFile file, StoredDocument document) {
        if (document.fileTaskId() == file.fileTaskId()) { // a rerun of the file task that stored it
            return new Completed(result("indexed", document));
        }
        return new Skipped(result("unchanged", document)
                .put("reason", "duplicate_content")
                .put("duplicate_of_file_id", document.fileTaskId())
                .put("duplicate_of_filename", document.filename()));
    }

    private static ObjectNode result(String status, StoredDocument document) {
        return result(
                status,
                document.sha256(),
                document.chunks(),
                document.pages(),
                document.mimetype(),
                document.warning());
    }

    private static ObjectNode result(
            String status, String id, int chunks, @Nullable Integer pages, String mimetype, @Nullable String warning) {
        var result = JsonNodeFactory.instance
                .objectNode()
                .put("status", status)
                .put("id", id)
                .put("chunks", chunks)
                .put("pages", pages)
                .put("mimetype", mimetype);
        if (warning != null) {
            result.put("truncated", true).put("warning", warning);
        }
        return result;
    }

    private static boolean replacesDuplicates(JsonNode settings) {
        return settings.path("replace_duplicates").asString("").equals("true");
    }

    private static String sentence(ParserAnswer answer) {
        return answer.message() == null ? "The file could not be read." : answer.message();
    }

    private static FileOutcome fileNotFound() {
        return new Failed(Failure.ofFile(
                "FILE_NOT_FOUND", Phase.FILE_VALIDATION, "The file does not exist any more, or is not a file."));
    }

    private static FileOutcome accessDenied() {
        return new Failed(Failure.ofInstallation(
                "ACCESS_DENIED",
                Component.SERVICE,
                Phase.FILE_VALIDATION,
                "The worker may not read the file. Check its permissions."));
    }

    private static FileOutcome unreadable(String code, String message) {
        return new Failed(Failure.ofFile(code, Phase.PARSING, message));
    }
}
