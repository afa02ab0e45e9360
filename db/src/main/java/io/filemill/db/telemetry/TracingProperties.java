package io.filemill.db.telemetry;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where traces go.
 *
 * @param endpoint the address of an OpenTelemetry collector that takes OTLP over HTTP, like {@code http://collector:4318}; empty for no
 *     traces
 */
@ConfigurationProperties("filemill.tracing")
public record TracingProperties(@DefaultValue("") String endpoint) {}
