package io.filemill.db.key;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key to make.
 *
 * @param owner the user that it stands for
 * @param name what people call it; may be empty
 * @param scopes what may be done with it, one or more
 * @param validFor how long it lasts; null for ever
 */
public record NewApiKey(
        String owner,
        String name,
        List<String> scopes,
        @Nullable Duration validFor) {
    public NewApiKey {
        scopes = List.copyOf(scopes);
    }
}
