package io.filemill.api.security;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.ApiProperties;
import io.filemill.api.security.Caller.SignIn;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells callers who they are. */
@RestController
final class MeController {
    private final CurrentUser user;
    private final ApiProperties properties;

    MeController(CurrentUser user, ApiProperties properties) {
        this.user = user;
        this.properties = properties;
    }

    /** Tells the caller who it is and what it may do. */
    @GetMapping("/v1/me")
    MeView me() {
        Caller caller = user.caller();
        boolean dashboard = properties.dashboard().enabled() && caller.scopes().contains(Scope.ADMIN);
        return MeView.of(caller, user.isOpen(), dashboard);
    }

    /**
     * The JSON of a caller.
     *
     * @param signedInBy {@code none}, {@code api_key} or {@code jwt}
     * @param dashboard whether the caller may open JobRunr's dashboard, at {@code /dashboard}
     * @param open whether nobody signs in here; {@code notice} says what that means
     */
    record MeView(
            String userId,
            List<String> scopes,
            String signedInBy,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            UUID keyId,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Instant expiresAt,

            boolean dashboard,
            boolean open,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String notice) {

        static MeView of(Caller caller, boolean open, boolean dashboard) {
            String notice = open || caller.by() == SignIn.NONE
                    ? "No sign-in is set up: whoever reaches this server may do everything."
                    : null;
            return new MeView(
                    caller.userId(),
                    caller.scopeWords(),
                    caller.by().name().toLowerCase(Locale.ROOT),
                    caller.keyId(),
                    caller.token() == null ? null : caller.token().expiresAt(),
                    dashboard,
                    open,
                    notice);
        }
    }
}
