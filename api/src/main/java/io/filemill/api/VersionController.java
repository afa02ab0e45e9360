package io.filemill.api;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says what answers here. */
@RestController
final class VersionController {
    private final ApiProperties properties;

    VersionController(ApiProperties properties) {
        this.properties = properties;
    }

    /** Says what answers here, and its version. */
    @GetMapping("/v1")
    VersionView version() {
        return new VersionView("filemill", properties.version());
    }

    /** What answers here. */
    record VersionView(String name, String version) {}
}
