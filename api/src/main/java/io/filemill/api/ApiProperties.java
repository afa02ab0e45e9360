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
 * @param host the address to listen on, for HTTP and for the dashboard
 * @param port 0 for any free one
 * @param ingestRoots the folders of this server that a task may name paths in, joined by {@code :}; empty for none
 * @param processors the names that a task may ask for; add those of your own processors, which only the workers know
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
     * @param maxSize how long one request may be
     * @param diskReserve how much room must stay free where the files are stored; uploads are refused before it is used
     * @param minBytesPerSecond a body that comes more slowly on average than this is given up
     */
    public record Upload(
            @DefaultValue("100GB") DataSize maxSize,
            @DefaultValue("512MB") DataSize diskReserve,
            @DefaultValue("1000") @Min(0) int minBytesPerSecond) {}

    /**
     * JobRunr's pages.
     *
     * @param port 0 for any free one
     */
    public record Dashboard(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("8000") @Min(0) @Max(65535) int port) {}

    /** The node inside this process. */
    public record Worker(@DefaultValue("true") boolean enabled) {}
}
