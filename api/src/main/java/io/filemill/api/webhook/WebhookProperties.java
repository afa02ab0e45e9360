package io.filemill.api.webhook;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How webhooks are told.
 *
 * @param deliver whether this process sends; another one may
 * @param allowedNetworks networks that may be called although they are not public, as {@code 10.0.0.0/8}
 * @param allowedPorts ports that may be called; empty for all
 * @param maxPerUser how many webhooks a user may have
 * @param connectTimeout how long a connection may take to come about
 * @param timeout how long one attempt may take in all
 * @param firstRetry about how long after the first failure the next attempt follows; each further one waits twice as long
 * @param longestRetry what the wait grows to
 * @param giveUpAfter how long a delivery is tried
 * @param disableAfter how long a webhook may fail without a success before it is disabled
 * @param keepDeliveries how long deliveries can be looked up
 * @param parallel how many this process sends at the same time
 * @param parallelPerHost how many all processes send to one host at the same time
 */
@Validated
@ConfigurationProperties("filemill.webhook")
record WebhookProperties(
        @DefaultValue("true") boolean deliver,
        @DefaultValue List<String> allowedNetworks,
        @DefaultValue Set<@Min(1) @Max(65535) Integer> allowedPorts,
        @DefaultValue("20") @Min(1) int maxPerUser,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("5s") Duration firstRetry,
        @DefaultValue("1h") Duration longestRetry,
        @DefaultValue("3d") Duration giveUpAfter,
        @DefaultValue("5d") Duration disableAfter,
        @DefaultValue("7d") Duration keepDeliveries,
        @DefaultValue("32") @Min(1) int parallel,
        @DefaultValue("4") @Min(1) int parallelPerHost) {}
