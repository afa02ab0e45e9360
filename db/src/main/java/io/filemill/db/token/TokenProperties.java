package io.filemill.db.token;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How users' tokens and the secrets of webhooks are kept.
 *
 * @param key 32 random bytes in Base64, the same for all processes; several joined by commas while an old one is replaced, the new one first;
 *     if it is empty, users' tokens are refused and the secrets of webhooks are stored as they are
 */
@ConfigurationProperties("filemill.tokens")
public record TokenProperties(@DefaultValue("") String key) {
    @Override
    public String toString() {
        return "TokenProperties[key=" + (key.isBlank() ? "none" : "set") + "]";
    }
}
