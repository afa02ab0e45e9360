package io.filemill.api.security;

import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The user on whose behalf a request is handled. To be asked on the thread that handles the request. Where callers must sign in and none has,
 * its methods throw instead of taking the caller for somebody.
 */
public final class CurrentUser {
    /** The id of everyone where nobody signs in. */
    public static final String ANONYMOUS = "anonymous";

    private final AccessMode mode;
    private final AuthProperties.Sharing sharing;

    public CurrentUser(AccessMode mode, AuthProperties.Sharing sharing) {
        this.mode = mode;
        this.sharing = sharing;
    }

    /** The user's id; every task belongs to one, and nobody else sees it. */
    public String id() {
        return caller().userId();
    }

    /** All that is known of the caller. */
    public Caller caller() {
        return known().orElseThrow(
                        () -> new IllegalStateException("no caller is known on the thread " + Thread.currentThread()));
    }

    /** The caller, or empty where callers must sign in and this one has not, because what is asked for is open to all. */
    public Optional<Caller> known() {
        return mode == AccessMode.OPEN ? Optional.of(Caller.ANONYMOUS) : signedIn();
    }

    /** Whether the caller may do what concerns all users. */
    public boolean isAdmin() {
        return caller().scopes().contains(Scope.ADMIN);
    }

    /** Whether the user sees what belongs to the given user. */
    public boolean sees(String owner) {
        return owner.equals(id()) || (seesAnonymous() && owner.equals(ANONYMOUS));
    }

    /** Whether the tasks of the anonymous user are shown to this one too. */
    public boolean seesAnonymous() {
        return sharing != AuthProperties.Sharing.NONE && !id().equals(ANONYMOUS);
    }

    /** Whether this user may cancel the tasks of the anonymous user too. */
    public boolean cancelsAnonymous() {
        return sharing == AuthProperties.Sharing.CANCEL && !id().equals(ANONYMOUS);
    }

    /** Whether nobody signs in here. */
    public boolean isOpen() {
        return mode == AccessMode.OPEN;
    }

    private static Optional<Caller> signedIn() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication instanceof CallerAuthentication known ? Optional.of(known.caller()) : Optional.empty();
    }
}
