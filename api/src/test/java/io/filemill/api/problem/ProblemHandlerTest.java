package io.filemill.api.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

class ProblemHandlerTest {
    private final MockMvcTester mvc = Slice.of(new FailingController());

    @RestController
    static final class FailingController {
        @GetMapping({"/v1/fails/{how}", "/upload_fails/{how}"})
        String fail(@PathVariable String how) throws Exception {
            throw switch (how) {
                case "database" ->
                    new DataAccessResourceFailureException("secret host", new SQLException("secret password"));
                case "transaction" -> new CannotCreateTransactionException("secret");
                case "gone" -> new EOFException("secret");
                case "problem" -> ProblemException.taskNotFound("7");
                default -> new IllegalStateException("secret");
            };
        }

        @GetMapping("/v1/numbers")
        int number(@RequestParam int limit) {
            return limit;
        }

        record Body(String name, List<Integer> numbers) {}

        @PostMapping(path = "/v1/bodies", consumes = MediaType.APPLICATION_JSON_VALUE)
        Body body(@RequestBody Body body) {
            return body;
        }
    }

    @Test
    void anUnreachableDatabaseIsUnavailableForSomeSeconds() {
        for (String how : new String[] {"database", "transaction"}) {
            assertThat(mvc.get().uri("/v1/fails/" + how))
                    .hasStatus(503)
                    .hasHeader("Retry-After", "5")
                    .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .bodyText()
                    .contains("\"type\":\"/problems/unavailable\"")
                    .doesNotContain("secret");
        }
    }

    @Test
    void anUnexpectedErrorHidesItsInternalsAndNamesTheIncident() {
        assertThat(mvc.get().uri("/v1/fails/unexpectedly"))
                .hasStatus(500)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyText()
                .contains("\"type\":\"/problems/internal-error\"", "\"incident\":\"")
                .doesNotContain("secret");
    }

    @Test
    void aClientThatWentAwayIsItsOwnMistake() {
        assertThat(mvc.get().uri("/v1/fails/gone"))
                .hasStatus(400)
                .bodyText()
                .contains("ended before it was complete")
                .doesNotContain("secret");
    }

    @Test
    void aProblemIsShownInFull() {
        assertThat(mvc.get().uri("/v1/fails/problem")).hasStatus(404).bodyJson().isStrictlyEqualTo("""
                {"type": "/problems/not-found", "title": "Not found", "status": 404, "instance": "/v1/fails/problem",
                 "detail": "There is no task 7. GET /v1/tasks lists those that exist; finished ones are deleted after a time."}
                """);
    }

    @Test
    void onOpenRagsRoutesOnlyTheErrorIsShown() {
        assertThat(mvc.get().uri("/upload_fails/database"))
                .hasStatus(503)
                .hasContentType(MediaType.APPLICATION_JSON)
                .bodyJson()
                .isStrictlyEqualTo(
                        "{\"error\": \"Filemill cannot reach its database at the moment. Nothing is lost; try again in some seconds.\"}");
    }

    @Test
    void aWrongParameterIsNamed() {
        assertThat(mvc.get().uri("/v1/numbers?limit=many"))
                .hasStatus(400)
                .bodyText()
                .contains("The parameter limit has a value that does not fit its type: many.");
        assertThat(mvc.get().uri("/v1/numbers")).hasStatus(400).bodyText().contains("The parameter limit is missing.");
    }

    @Test
    void aBodyThatIsNoJsonIsLocated() {
        assertThat(mvc.post()
                        .uri("/v1/bodies")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\n \"name\": oops}"))
                .hasStatus(400)
                .bodyText()
                .contains("/problems/invalid-request", "at line 2, column");
    }

    @Test
    void aWrongTypeInTheBodyIsNamed() {
        assertThat(mvc.post()
                        .uri("/v1/bodies")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"numbers\": [1, {}]}"))
                .hasStatus(400)
                .bodyText()
                .contains("The JSON member numbers[1] has the wrong type.");
    }

    @Test
    void unknownMembersOfTheBodyAreIgnored() {
        assertThat(mvc.post()
                        .uri("/v1/bodies")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\": \"a\", \"numbers\": [], \"colour\": \"red\"}"))
                .hasStatus(200);
    }

    @Test
    void aWrongMethodNamesThePossibleOnes() {
        assertThat(mvc.delete().uri("/v1/numbers"))
                .hasStatus(405)
                .hasHeader("Allow", "GET")
                .bodyText()
                .contains("/problems/method-not-allowed", "DELETE is not possible here. Possible: GET.");
    }

    @Test
    void aWrongContentTypeNamesThePossibleOnes() {
        assertThat(mvc.post()
                        .uri("/v1/bodies")
                        .contentType(MediaType.TEXT_PLAIN)
                        .content("hello"))
                .hasStatus(415)
                .bodyText()
                .contains("/problems/unsupported-media-type", "text/plain", "application/json");
    }
}
