package io.filemill.api.problem;

import org.springframework.http.ProblemDetail;

/** Makes problems that can always be written. */
final class Problems {
    static final String TOO_SLOW = "The request did not come in time, so it was given up and nothing of it was kept."
            + " Send it again over a faster connection, or in smaller parts.";

    private static final int MAX_DETAIL = 2000;

    private Problems() {}

    static ProblemDetail of(ProblemType type, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(type.status(), writable(detail));
        problem.setType(type.uri());
        problem.setTitle(type.title());
        return problem;
    }

    /** What a client sent may be in a detail: it is cut to a length for people, and halves of characters become question marks. */
    static String writable(String detail) {
        String shown = detail.length() > MAX_DETAIL ? detail.substring(0, MAX_DETAIL) + "…" : detail;
        int[] characters = shown.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c)
                .toArray();
        return new String(characters, 0, characters.length);
    }
}
