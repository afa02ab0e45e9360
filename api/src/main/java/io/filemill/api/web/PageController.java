package io.filemill.api.web;

import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the page: an empty frame, which its scripts fill from the routes under {@code /v1}. */
@RestController
final class PageController {
    static final String PATH = "/";

    private final Resource page = new ClassPathResource("web/index.html");

    @GetMapping(PATH)
    ResponseEntity<Resource> show() {
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noCache())
                .eTag(ContentTag.of(page)) // a matching If-None-Match makes it a 304
                .body(page);
    }
}
