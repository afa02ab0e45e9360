package io.filemill.api.security;

import org.springframework.stereotype.Component;

/** The user on whose behalf a request is handled. */
@Component
public final class CurrentUser {
    /** The id of everyone who has not signed in. */
    public static final String ANONYMOUS = "anonymous";

    /** The user's id; every task belongs to one, and nobody else sees it. */
    public String id() {
        return ANONYMOUS;
    }
}
