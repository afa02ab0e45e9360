package io.filemill.worker.file;

/**
 * Why a file failed.
 *
 * @param code a stable word for programs, for example {@code ENCRYPTED}
 * @param message a sentence for the person who submitted the file: what is wrong and what to do; never a stack trace
 */
public record FileError(String code, String message) {}
