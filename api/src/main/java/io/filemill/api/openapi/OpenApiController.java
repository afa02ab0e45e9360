package io.filemill.api.openapi;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Serves the description of the API, and a page to browse it that takes everything from this server. */
@RestController
final class OpenApiController {
    private static final String OWN = "openapi/";
    private static final String SWAGGER_UI = "META-INF/resources/webjars/swagger-ui/*/";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final MediaType CSS = MediaType.parseMediaType("text/css");
    private static final MediaType SCRIPT = MediaType.parseMediaType("text/javascript");

    /** Whatever else is on the class path is nobody's business. */
    private static final Map<String, Asset> ASSETS = Map.of(
            "docs.js", new Asset(OWN + "docs.js", SCRIPT),
            "docs.css", new Asset(OWN + "docs.css", CSS),
            "swagger-ui.css", new Asset(SWAGGER_UI + "swagger-ui.css", CSS),
            "swagger-ui-bundle.js", new Asset(SWAGGER_UI + "swagger-ui-bundle.js", SCRIPT),
            "favicon-32x32.png", new Asset(SWAGGER_UI + "favicon-32x32.png", MediaType.IMAGE_PNG));

    /** Describes the API as an OpenAPI 3.1 document. */
    @GetMapping(path = "/v1/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Resource> document() {
        return answer(MediaType.APPLICATION_JSON, new ClassPathResource(OWN + "openapi.json"));
    }

    /** Shows the description of the API to people. */
    @GetMapping(path = "/v1/docs", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<Resource> page() {
        return answer(MediaType.TEXT_HTML, new ClassPathResource(OWN + "docs.html"));
    }

    /**
     * Serves what the page at {@code /v1/docs} needs.
     *
     * @param name of the file
     */
    @GetMapping(path = "/v1/docs/{name}", produces = MediaType.ALL_VALUE)
    ResponseEntity<Resource> asset(@PathVariable String name) {
        return Optional.ofNullable(ASSETS.get(name))
                .map(asset -> answer(asset.type(), find(asset.path())))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "There is nothing at /v1/docs/" + name + ". See /v1/docs."));
    }

    /** A pattern, since the folder of the webjar is called after its version. */
    private static Resource find(String path) {
        try {
            return new PathMatchingResourcePatternResolver().getResources("classpath*:" + path)[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ResponseEntity<Resource> answer(MediaType type, Resource resource) {
        return ResponseEntity.ok()
                .contentType(type)
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)))
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .body(resource);
    }

    private record Asset(String path, MediaType type) {}
}
