package io.filemill.api.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ETag;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.WebRequest;

/**
 * The entity tag of an answer, by which a client that has the answer already gets a 304 without a body. Tags are weak: an answer may hold
 * a duration that runs on under the same tag. The same on every server. Immutable.
 */
public final class EntityTag {
    private static final int BYTES = 16;

    private final String value;

    private EntityTag(String value) {
        this.value = value;
    }

    /** A tag that is another one when one of the texts is. */
    public static EntityTag of(String... versions) {
        return of(List.of(versions));
    }

    /** A tag that is another one when one of the texts is, or their number or order. */
    public static EntityTag of(List<String> versions) {
        MessageDigest digest = sha256();
        for (String version : versions) {
            digest.update(version.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        byte[] bytes = Arrays.copyOf(digest.digest(), BYTES);
        return new EntityTag("W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\"");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** Whether a client that sends this header has the answer already. */
    public boolean isNamedBy(@Nullable String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        ETag own = ETag.create(value);
        return ETag.parse(ifNoneMatch).stream().anyMatch(tag -> tag.isWildcard() || tag.compare(own, false));
    }

    /** The answer with a body under this tag, for a request that is not at hand any more. Caches must ask again each time. */
    public <T> ResponseEntity<T> answer(T body) {
        return ResponseEntity.ok()
                .eTag(value)
                .cacheControl(CacheControl.noCache())
                .body(body);
    }

    /**
     * The answer under this tag: 304 if the request names the tag, else 200 with the body. Caches must ask again each time.
     *
     * @param body called only for a 200
     */
    public <T> ResponseEntity<T> answer(WebRequest request, Supplier<T> body) {
        if (isCurrent(request)) {
            return ResponseEntity.status(HttpStatus.NOT_MODIFIED)
                    .cacheControl(CacheControl.noCache())
                    .build();
        }
        return ResponseEntity.ok().cacheControl(CacheControl.noCache()).body(body.get());
    }

    /** Sets the tag on the answer, and says whether the request names it; the answer is then a 304 without a body. */
    public boolean isCurrent(WebRequest request) {
        return request.checkNotModified(value);
    }
}
