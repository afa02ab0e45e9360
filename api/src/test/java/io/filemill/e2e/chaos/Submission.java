package io.filemill.e2e.chaos;

import java.util.List;

/**
 * One upload as a user sends it, as often as it takes to get an answer. No two share an item, so that the rows tell which upload they
 * belong to.
 *
 * @param number counts the uploads
 * @param key names it, so that sending it again is safe
 * @param items what its files must be called in the rows
 * @param contentType of the body
 */
record Submission(int number, String key, List<String> items, String contentType, String body) {
    @Override
    public String toString() {
        return "upload " + number + " with " + items.size() + " files";
    }
}
