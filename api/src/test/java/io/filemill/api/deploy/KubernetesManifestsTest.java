package io.filemill.api.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/** Every manifest is read into the types of Kubernetes, and a member that they do not know is an error. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesManifestsTest {
    private static final Path FOLDER = Path.of("../deploy/kubernetes");
    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("v1 ServiceAccount", ServiceAccount.class),
            Map.entry("v1 PersistentVolumeClaim", PersistentVolumeClaim.class),
            Map.entry("v1 Service", Service.class),
            Map.entry("batch/v1 Job", Job.class),
            Map.entry("apps/v1 Deployment", Deployment.class),
            Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
            Map.entry("keda.sh/v1alpha1 ScaledObject", Keda.ScaledObject.class),
            Map.entry("keda.sh/v1alpha1 TriggerAuthentication", Keda.TriggerAuthentication.class),
            Map.entry("kustomize.config.k8s.io/v1beta1 Kustomization", Kustomization.class));

    private final JsonMapper strict = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(MapperConfig<?> config, Annotated member) {
                    return false; // where the types put what they do not know
                }
            })
            .build();
    private final List<Object> manifests = new ArrayList<>();

    record Kustomization(
            String apiVersion,
            String kind,
            List<Map<String, Object>> labels,
            List<Map<String, String>> images,
            List<Map<String, Object>> configMapGenerator,
            List<Map<String, Object>> patches,
            List<String> resources) {}

    @BeforeAll
    void readAll() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                assertThat(file.toString()).endsWith(".yaml");
                for (Object document : yaml().loadAll(Files.readString(file))) {
                    manifests.add(typed((Map<?, ?>) document));
                }
            }
        }
        assertThat(manifests).hasSizeGreaterThan(12);
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    private Object typed(Map<?, ?> document) {
        String type = document.get("apiVersion") + " " + document.get("kind");
        assertThat(TYPES).containsKey(type);
        return strict.convertValue(document, TYPES.get(type));
    }

    private <T> List<T> all(Class<T> type) {
        return manifests.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private List<PodSpec> pods() {
        return Stream.concat(
                        all(Deployment.class).stream()
                                .map(deployment ->
                                        deployment.getSpec().getTemplate().getSpec()),
                        all(Job.class).stream()
                                .map(job -> job.getSpec().getTemplate().getSpec()))
                .toList();
    }

    private Deployment deployment(String name) {
        return all(Deployment.class).stream()
                .filter(deployment -> deployment.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Container container(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
    }

    @Test
    void aMisspelledMemberIsAnError() {
        Map<String, Object> wrong = Map.of(
                "apiVersion", "apps/v1",
                "kind", "Deployment",
                "spec", Map.of("template", Map.of("spec", Map.of("terminationGracePeriod", 90))));
        assertThatThrownBy(() -> typed(wrong)).hasMessageContaining("terminationGracePeriod");
    }

    @Test
    void eachFileIsListedInItsKustomization() throws IOException {
        for (String folder : List.of("base", "keda")) {
            Map<?, ?> kustomization = yaml().load(Files.readString(FOLDER.resolve(folder + "/kustomization.yaml")));
            List<?> listed = ((List<?>) kustomization.get("resources"));
            try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
                List<String> there = files.map(file -> file.getFileName().toString())
                        .filter(name -> !name.equals("kustomization.yaml"))
                        .toList();
                assertThat(listed.stream()
                                .filter(name -> !name.equals("../base"))
                                .map(Object::toString))
                        .containsExactlyInAnyOrderElementsOf(there);
            }
        }
    }

    @Test
    void everyContainerIsConfined() {
        assertThat(pods()).hasSize(3).allSatisfy(pod -> {
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001);
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getContainers()).hasSize(1).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getVolumeMounts())
                        .anySatisfy(mount -> assertThat(mount.getMountPath()).isEqualTo("/tmp"));
            });
        });
    }

    @Test
    void everyPodHasANetworkPolicyAndEveryDeploymentABudget() {
        List<String> components = List.of("api", "worker", "migrate");
        assertThat(all(NetworkPolicy.class).stream()
                        .map(policy -> policy.getSpec()
                                .getPodSelector()
                                .getMatchLabels()
                                .get("app.kubernetes.io/component")))
                .containsExactlyInAnyOrderElementsOf(components);
        for (Deployment deployment : all(Deployment.class)) {
            Map<String, String> labels =
                    deployment.getSpec().getTemplate().getMetadata().getLabels();
            assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
            assertThat(all(PodDisruptionBudget.class))
                    .anySatisfy(
                            budget -> assertThat(budget.getSpec().getSelector().getMatchLabels())
                                    .isEqualTo(labels));
        }
        assertThat(all(Service.class))
                .allSatisfy(service -> assertThat(service.getSpec().getSelector())
                        .isEqualTo(deployment("filemill-api")
                                .getSpec()
                                .getSelector()
                                .getMatchLabels()));
    }

    @Test
    void theProbesAskWhatTheProcessesAnswer() {
        for (String name : List.of("filemill-api", "filemill-worker")) {
            Container container = container(deployment(name));
            assertThat(path(container.getLivenessProbe())).isEqualTo("/livez");
            assertThat(path(container.getReadinessProbe())).isEqualTo("/readyz");
            assertThat(path(container.getStartupProbe())).isEqualTo("/startedz");
            String port = container.getPorts().get(0).getName();
            assertThat(Stream.of(
                                    container.getLivenessProbe(),
                                    container.getReadinessProbe(),
                                    container.getStartupProbe())
                            .map(probe -> probe.getHttpGet().getPort().getStrVal()))
                    .containsOnly(port);
            Map<String, String> annotations =
                    deployment(name).getSpec().getTemplate().getMetadata().getAnnotations();
            assertThat(annotations.get("prometheus.io/port"))
                    .isEqualTo(container.getPorts().get(0).getContainerPort().toString());
        }
    }

    private static String path(Probe probe) {
        return probe.getHttpGet().getPath();
    }

    @Test
    void aWorkerGetsMoreTimeThanItsDrainTakes() {
        PodSpec pod = deployment("filemill-worker").getSpec().getTemplate().getSpec();
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(30 + 1 + 10 + 20);
    }

    @Test
    void theWorkersAreScaledByTheFiguresOfTheQueue() {
        Keda.ScaledObject scaled = all(Keda.ScaledObject.class).get(0);
        assertThat(scaled.spec().scaleTargetRef().name())
                .isEqualTo(deployment("filemill-worker").getMetadata().getName());
        Keda.Trigger trigger = scaled.spec().triggers().get(0);
        assertThat(trigger.type()).isEqualTo("postgresql");
        assertThat(Keda.POSTGRESQL_SETTINGS).containsAll(trigger.metadata().keySet());
        Keda.TriggerAuthentication authentication =
                all(Keda.TriggerAuthentication.class).get(0);
        assertThat(trigger.authenticationRef().name())
                .isEqualTo(authentication.metadata().get("name"));
        assertThat(authentication.spec().secretTargetRef())
                .extracting(Keda.Secret::parameter)
                .containsExactlyInAnyOrderElementsOf(Keda.POSTGRESQL_PARAMETERS);
    }
}
