package io.filemill.api.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Lists that a server gives page by page, as one. */
final class Pages {
    private static final int LARGEST = 1000;

    private Pages() {}

    /**
     * The first entries of a list, however many pages that are.
     *
     * @param path the path, and the query if it has one, already encoded
     * @param member what the list is called in each page
     * @param limit how many entries at most
     * @return the first page, with the entries of the others in its list and the {@code next_cursor} of the last
     */
    static JsonNode get(FilemillClient client, String path, String member, int limit) throws IOException {
        String query = path + (path.contains("?") ? "&" : "?") + "limit=";
        JsonNode first = client.get(query + Math.min(limit, LARGEST), JsonNode.class);
        if (!(first instanceof ObjectNode whole) || !(whole.get(member) instanceof ArrayNode entries)) {
            return first;
        }
        String cursor = cursor(first);
        while (cursor != null && entries.size() < limit) {
            int more = Math.min(limit - entries.size(), LARGEST);
            JsonNode page = client.get(query + more + "&cursor=" + FilemillClient.encode(cursor), JsonNode.class);
            page.path(member).forEach(entries::add);
            whole.set("next_cursor", page.path("next_cursor"));
            cursor = cursor(page);
        }
        return whole;
    }

    private static @Nullable String cursor(JsonNode page) {
        JsonNode cursor = page.path("next_cursor");
        return cursor.isString() ? cursor.stringValue() : null;
    }
}
