package io.filemill.api.search;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.SearchHit;
import io.filemill.db.document.SearchResult;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Searches the texts of the caller's documents. */
@RestController
final class SearchController {
    private static final int MAX_LIMIT = 100;
    private static final int MAX_OFFSET = 10_000;
    private static final int MAX_QUERY_LENGTH = 1000;

    private final DocumentRepository documents;
    private final CurrentUser user;

    SearchController(DocumentRepository documents, CurrentUser user) {
        this.documents = documents;
        this.user = user;
    }

    /**
     * Searches the texts of the caller's documents; the best hits come first.
     *
     * @param q words, {@code "phrases"}, {@code or}, and {@code -exclusions}
     * @param limit how many hits at most, from 1 to 100
     * @param offset how many hits to leave out at the beginning, up to 10000
     */
    @GetMapping("/v1/search")
    SearchView search(
            @RequestParam String q,
            @RequestParam(defaultValue = "10") int limit,
            @RequestParam(defaultValue = "0") int offset) {
        if (q.isBlank() || q.length() > MAX_QUERY_LENGTH) {
            throw ProblemException.invalid("The parameter q must have 1 to " + MAX_QUERY_LENGTH
                    + " characters: words, \"phrases\", or, and -exclusions.");
        }
        require("limit", limit, 1, MAX_LIMIT);
        require("offset", offset, 0, MAX_OFFSET);
        return SearchView.of(documents.search(user.id(), q, limit, offset));
    }

    private static void require(String parameter, int value, int min, int max) {
        if (value < min || value > max) {
            throw ProblemException.invalid(
                    "The parameter " + parameter + " must be from " + min + " to " + max + ", but is " + value + ".");
        }
    }

    /**
     * The JSON of a page of hits.
     *
     * @param total how many passages match in all
     */
    record SearchView(long total, List<HitView> hits) {
        static SearchView of(SearchResult result) {
            return new SearchView(
                    result.total(), result.hits().stream().map(HitView::of).toList());
        }
    }

    /**
     * The JSON of a hit.
     *
     * @param documentId the digest of its content, which the {@code id} in the result of a file is too
     * @param part which part of an archive or a mail it is in; null for the file itself
     * @param chunk the number of the passage in its document
     * @param type what the passage is, for example {@code text}
     * @param snippet plain text with {@code **} around the words that match
     */
    record HitView(
            String documentId,
            String filename,
            String mimetype,
            @Nullable Integer page,
            @Nullable String part,
            int chunk,
            String type,
            String snippet,
            double score) {

        static HitView of(SearchHit hit) {
            return new HitView(
                    hit.sha256(),
                    hit.filename(),
                    hit.mimetype(),
                    hit.page(),
                    hit.part(),
                    hit.ordinal(),
                    hit.type().word(),
                    hit.snippet(),
                    hit.score());
        }
    }
}
