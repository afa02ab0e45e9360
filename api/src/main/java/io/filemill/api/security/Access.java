package io.filemill.api.security;

import java.util.Set;

/** Who may use a route. */
enum Access {
    /** Everybody. */
    PUBLIC,
    /** Who has signed in. */
    SIGNED_IN,
    /** Who may see their own tasks. */
    READ,
    /** Who may make and change tasks. */
    SUBMIT,
    /** Administrators. */
    ADMIN;

    boolean isGivenTo(Set<Scope> scopes) {
        return switch (this) {
            case PUBLIC, SIGNED_IN -> true;
            case READ -> scopes.contains(Scope.READ_OWN) || scopes.contains(Scope.ADMIN);
            case SUBMIT -> scopes.contains(Scope.UPLOAD) || scopes.contains(Scope.ADMIN);
            case ADMIN -> scopes.contains(Scope.ADMIN);
        };
    }

    /** The scope that a caller lacks, for people. */
    String needs() {
        return switch (this) {
            case PUBLIC, SIGNED_IN -> "no scope";
            case READ -> Scope.READ_OWN.word();
            case SUBMIT -> Scope.UPLOAD.word();
            case ADMIN -> Scope.ADMIN.word();
        };
    }
}
