package io.filemill.api.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.Resource;
import org.springframework.util.DigestUtils;

/** The entity tag of a resource: the same on every server that has the same bytes. */
final class ContentTag {
    private ContentTag() {}

    static String of(Resource resource) {
        try (var bytes = resource.getInputStream()) {
            return "\"" + DigestUtils.md5DigestAsHex(bytes) + "\"";
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource.getDescription(), e);
        }
    }
}
