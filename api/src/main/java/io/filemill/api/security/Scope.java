package io.filemill.api.security;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a caller may do, in OpenRAG's words. */
public enum Scope {
    /** Submit, change, retry and cancel own tasks. */
    UPLOAD("knowledge:upload"),
    /** See own tasks and documents. */
    READ_OWN("knowledge:read:own"),
    /** Everything, and what concerns all users: keys, limits, nodes, the audit log. Other users' tasks remain theirs. */
    ADMIN("admin");

    private final String word;

    Scope(String word) {
        this.word = word;
    }

    /** The word in keys and tokens. */
    public String word() {
        return word;
    }

    /** The scope that is called so. */
    public static Optional<Scope> fromWord(String word) {
        return Stream.of(values()).filter(scope -> scope.word.equals(word)).findFirst();
    }

    /** Those of the words that are scopes. */
    static Set<Scope> among(Collection<String> words) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        words.forEach(word -> fromWord(word).ifPresent(scopes::add));
        return scopes;
    }
}
