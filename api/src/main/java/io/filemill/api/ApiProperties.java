package io.filemill.api;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Where the API listens and what it accepts.
 *
 * @param host address of the API and the dashboard; anything but a loopback address opens them to others
 * @param port port of the API; 0 for any free one
 * @param ingestRoots folders that requests may name by path, joined by {@code :}; real paths count, links out of them do not
 * @param processors names that a request may ask for; add those of your own processors, which only the workers know
 * @param version of this build
 * @param upload what a request that carries files may be like
 */
@Validated
@ConfigurationProperties("filemill")
public record ApiProperties(
        @NotBlank String host,
        @Min(0) @Max(65535) int port,
        @DefaultValue("") String ingestRoots,
        @DefaultValue({"document", "noop"}) @NotEmpty Set<String> processors,
        String version,
        @DefaultValue @Valid Dashboard dashboard,
        @DefaultValue Worker worker,
        @DefaultValue Upload upload) {

    /**
     * Limits of requests that carry files.
     *
     * @param maxSize how long one request with files may be
     * @param diskReserve what stays free in the data directory: uploads that would take it are refused with 507 and leave nothing
     * @param minBytesPerSecond a body that comes more slowly on average is given up; 0 for any pace
     */
    public record Upload(
            @DefaultValue("100GB") DataSize maxSize,
            @DefaultValue("512MB") DataSize diskReserve,
            @DefaultValue("1000") @Min(0) int minBytesPerSecond) {}

    /**
     * JobRunr's pages.
     *
     * @param enabled whether JobRunr's dashboard is shown
     * @param port port of JobRunr's dashboard; 0 for any free one
     */
    public record Dashboard(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("8000") @Min(0) @Max(65535) int port) {}

    /**
     * The node inside this process.
     *
     * @param enabled whether {@code serve} runs a node in its own process; {@code serve --no-worker} switches it off
     */
    public record Worker(@DefaultValue("true") boolean enabled) {}
}
