package io.filemill.api.security;

import org.springframework.core.env.Environment;

/** Whether callers must say who they are. */
public enum AccessMode {
    /** No: everyone is the same anonymous user and may do everything. For one machine with one person. */
    OPEN,
    /** Yes: by an API key or a token of the identity provider. */
    REQUIRED;

    /** What is configured by {@code filemill.auth.mode}; without it, an identity provider means that callers must sign in. */
    static AccessMode of(Environment environment) {
        String mode = environment.getProperty("filemill.auth.mode", "").strip();
        return switch (mode) {
            case "open" -> OPEN;
            case "required" -> REQUIRED;
            case "" -> environment.getProperty("filemill.auth.jwt.issuer", "").isBlank() ? OPEN : REQUIRED;
            default -> throw new IllegalStateException("FILEMILL_AUTH must be open or required, but is " + mode + ".");
        };
    }
}
