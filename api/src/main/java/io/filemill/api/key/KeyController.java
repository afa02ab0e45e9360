package io.filemill.api.key;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.Scope;
import io.filemill.db.key.ApiKey;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.LocalKeys;
import io.filemill.db.key.NewApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Makes, lists and revokes API keys. */
@RestController
final class KeyController {
    private static final int MAX_NAME = 255;
    private static final int MAX_DAYS = 3650;

    private final ApiKeys keys;
    private final Audit audit;

    KeyController(ApiKeys keys, Audit audit) {
        this.keys = keys;
        this.audit = audit;
    }

    /** All keys, newest first, those that are refused too; not the keys themselves. */
    @GetMapping("/v1/keys")
    KeyList list() {
        return new KeyList(
                keys.list().stream().map(key -> KeyView.of(key, null)).toList());
    }

    /** Makes a key. The answer is the only one that shows it. */
    @Responds(status = 201, body = KeyView.class)
    @PostMapping("/v1/keys")
    ResponseEntity<KeyView> create(@RequestBody KeyRequest request) {
        NewApiKey key = request.key();
        ApiKeys.Created created =
                audit.of(Action.KEY_CREATE, () -> keys.create(key), made -> Optional.of(subject(made.key())));
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(KeyView.of(created.key(), created.secret()));
    }

    /** Refuses a key from now on. May be called again. */
    @DeleteMapping("/v1/keys/{id}")
    KeyView revoke(@PathVariable String id) {
        return id(id).flatMap(key -> audit.of(
                        Action.KEY_REVOKE, () -> keys.revoke(key), revoked -> revoked.map(KeyController::subject)))
                .map(key -> KeyView.of(key, null))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "There is no key " + id + ". GET /v1/keys lists those that exist."));
    }

    private static Optional<UUID> id(String id) {
        try {
            return Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Subject subject(ApiKey key) {
        return new Subject(key.id().toString(), LocalKeys.detail(key));
    }

    record KeyList(List<KeyView> keys) {}

    /**
     * The JSON of a key.
     *
     * @param key the key itself, once: in the answer to its making
     */
    record KeyView(
            UUID id,
            String hint,
            String owner,
            String name,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt,
            @Nullable Instant revokedAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String key) {
        static KeyView of(ApiKey key, @Nullable String secret) {
            return new KeyView(
                    key.id(),
                    key.hint(),
                    key.owner(),
                    key.name(),
                    key.scopes(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.lastUsedAt(),
                    key.revokedAt(),
                    secret);
        }

        @Override
        public String toString() {
            return "KeyView[" + id + "]";
        }
    }

    /**
     * The JSON that asks for a key.
     *
     * @param owner the user whose tasks are made and seen with it
     * @param name what people call it
     * @param scopes what may be done with it; to upload and to read own tasks unless given
     * @param expiresInDays for ever unless given
     */
    record KeyRequest(
            @Nullable String owner,
            @Nullable String name,
            @Nullable List<@Nullable String> scopes,
            @Nullable Integer expiresInDays) {
        NewApiKey key() {
            List<String> asked = scopes == null
                    ? List.of(Scope.UPLOAD.word(), Scope.READ_OWN.word())
                    : scopes.stream().map(String::valueOf).distinct().toList();
            if (asked.isEmpty()
                    || !asked.stream().allMatch(scope -> Scope.fromWord(scope).isPresent())) {
                throw ProblemException.invalid("The scopes of a key must be one or more of "
                        + Stream.of(Scope.values()).map(Scope::word).collect(Collectors.joining(", ")) + ".");
            }
            if (expiresInDays != null && (expiresInDays < 1 || expiresInDays > MAX_DAYS)) {
                throw ProblemException.invalid("The expires_in_days of a key must be from 1 to " + MAX_DAYS + ".");
            }
            return new NewApiKey(
                    text("owner", owner == null ? "" : owner, 1),
                    text("name", name == null ? "" : name, 0),
                    asked,
                    expiresInDays == null ? null : Duration.ofDays(expiresInDays));
        }

        private static String text(String member, String value, int min) {
            if (value.strip().length() < min
                    || value.length() > MAX_NAME
                    || value.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c))) {
                throw ProblemException.invalid("The " + member + " of a key must have " + min + " to " + MAX_NAME
                        + " characters, and no control characters.");
            }
            return value.strip();
        }
    }
}
