package io.filemill.api.task;

import io.filemill.db.failure.Failure;
import java.util.Map;

/** What a person can do about failures of one cause, in a sentence or two. */
final class Advice {
    private static final Map<String, String> BY_CODE = Map.ofEntries(
            Map.entry("ENCRYPTED", "Remove the password from these files and upload them again."),
            Map.entry(
                    "CORRUPT",
                    "Open one of these files in the program that made it. If it does not open there either, get an undamaged copy;"
                            + " if it does, save it again. Then upload it again."),
            Map.entry(
                    "EMPTY",
                    "There is no text in these files. Scans need text recognition (OCR) before they are uploaded."),
            Map.entry("UNSUPPORTED", "Save these files in a format that can be read, such as PDF, DOCX or plain text."),
            Map.entry("LIMIT", "Split these files into smaller ones, or unpack archives before you upload them."),
            Map.entry(
                    "FILE_NOT_FOUND",
                    "Check that the paths still exist and that every node sees the folder, then retry."),
            Map.entry("ACCESS_DENIED", "Let the user that runs the nodes read these paths, then retry."),
            Map.entry(
                    "OUT_OF_MEMORY",
                    "These files need more memory than a parser may use. Split them, or raise filemill.worker.parser-heap, then retry."),
            Map.entry(
                    "PARSER_CRASHED",
                    "Reading these files killed its process twice. Save them again or in another format, and upload them again."),
            Map.entry("TIMEOUT", "Split these files, or submit them with a longer timeout_seconds."),
            Map.entry("STALLED", "Split these files, or submit them with a longer stall_timeout_seconds."),
            Map.entry("UNAVAILABLE", "A service that is needed did not answer. Retry when it is back."),
            Map.entry(
                    "UNREADABLE",
                    "The bytes could not be read just then. Retry; if it comes back, check the disk and the network."),
            Map.entry(
                    "INTERNAL_ERROR",
                    "This is an error of the server. Retry; if it comes back, report it with the example."),
            Map.entry(
                    "NOT_STORED",
                    "The database refused the result. Ask whoever runs it to look at the log of the node."),
            Map.entry("UNKNOWN_PROCESSOR", "No node has this processor. Start one that has it, then retry."),
            Map.entry(
                    "QUARANTINED",
                    "The worker died each time that it ran these files. Look at its log first; a retry lifts the quarantine."),
            Map.entry(
                    "CANCELLED",
                    "Somebody cancelled these files. Retry them by this code if they are wanted after all."));

    private Advice() {}

    static String on(Failure failure) {
        String known = BY_CODE.get(failure.code());
        if (known != null) {
            return known;
        }
        return switch (failure.actionableBy()) {
            case USER_ACTIONABLE -> "Change the files as the message says, and upload them again.";
            case ADMIN_ACTIONABLE -> "Ask whoever runs the server to change what the message names, then retry.";
            case RETRYABLE -> "It may pass by itself. Retry after a while.";
        };
    }
}
