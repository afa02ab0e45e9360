package io.filemill.api.deploy;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The members of KEDA 2's own resources, as its definitions of them name them. */
final class Keda {
    /** What its PostgreSQL scaler reads from a trigger. */
    static final Set<String> POSTGRESQL_SETTINGS = Set.of(
            "query",
            "targetQueryValue",
            "activationTargetQueryValue",
            "host",
            "port",
            "userName",
            "dbName",
            "sslmode",
            "connectionFromEnv",
            "passwordFromEnv");

    /** What it needs, from a trigger or from its authentication. */
    static final Set<String> POSTGRESQL_PARAMETERS =
            Set.of("host", "port", "userName", "password", "dbName", "sslmode");

    private Keda() {}

    record ScaledObject(String apiVersion, String kind, Map<String, Object> metadata, Spec spec) {}

    record Spec(
            Target scaleTargetRef,
            Integer pollingInterval,
            Integer cooldownPeriod,
            Integer initialCooldownPeriod,
            Integer idleReplicaCount,
            Integer minReplicaCount,
            Integer maxReplicaCount,
            Advanced advanced,
            Fallback fallback,
            List<Trigger> triggers) {}

    record Target(String apiVersion, String kind, String name, String envSourceContainerName) {}

    record Fallback(Integer failureThreshold, Integer replicas, String behavior) {}

    record Advanced(Boolean restoreToOriginalReplicaCount, Autoscaler horizontalPodAutoscalerConfig) {}

    record Autoscaler(String name, Behavior behavior) {}

    record Behavior(Rules scaleDown, Rules scaleUp) {}

    record Rules(Integer stabilizationWindowSeconds, String selectPolicy, List<Policy> policies) {}

    record Policy(String type, Integer value, Integer periodSeconds) {}

    record Trigger(
            String type,
            String name,
            Map<String, String> metadata,
            Reference authenticationRef,
            String metricType,
            Boolean useCachedMetrics) {}

    record Reference(String name, String kind) {}

    record TriggerAuthentication(
            String apiVersion, String kind, Map<String, Object> metadata, AuthenticationSpec spec) {}

    record AuthenticationSpec(List<Secret> secretTargetRef, List<Map<String, String>> env) {}

    record Secret(String parameter, String name, String key) {}
}
