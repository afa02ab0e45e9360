package io.filemill.db.token;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How users' tokens are kept.
 *
 * @param key 32 random bytes in Base64, the same for all processes; several joined by commas while an old one is replaced, the new one first;
 *     empty if no processor needs tokens
 */
@ConfigurationProperties("filemill.tokens")
public record TokenProperties(@DefaultValue("") String key) {
    @Override
    public String toString() {
        return "TokenProperties[key=" + (key.isBlank() ? "none" : "set") + "]";
    }
}
