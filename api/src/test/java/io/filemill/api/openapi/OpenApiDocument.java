package io.filemill.api.openapi;

import io.filemill.api.openapi.Javadocs.Doc;
import io.filemill.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI 3.1 document of a running server, made from its routes, their signatures, the records that they read and write, and the
 * Javadoc of all these. What no signature says stands in {@link Fails} and {@link Responds}, and for bodies that are streams in this class.
 */
final class OpenApiDocument {
    private static final String JSON = MediaType.APPLICATION_JSON_VALUE;
    private static final String PROBLEM = MediaType.APPLICATION_PROBLEM_JSON_VALUE;
    private static final String TASK_OPTIONS = "io.filemill.api.upload.TaskOptions$Request";
    private static final String NEW_TASK = "io.filemill.api.upload.UploadController$NewTask";
    private static final String IGNORED = "io.filemill.api.upload.IgnoredItems$Ignored";
    private static final String OPENRAG_ERROR = "io.filemill.api.openrag.OpenRagTaskController$ErrorView";

    /** Parameters that mean the same wherever they stand. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "id", "The id, as an answer of the API gave it.",
            "limit", "How many entries at most: 1 to 1000, 100 if it is left out.",
            "cursor", "The `next_cursor` of the page before; left out for the first page.",
            "status", "Only those in this state: `pending`, `running`, `completed`, `failed` or `skipped`.",
            "scope", "What is limited: `user`, `processor`, `sink` or `cluster`.",
            "name", "Whose limit it is; `*` for each that has none of its own, and for the cluster.");

    private static final Set<String> OPEN = Set.of("/v1", "/v1/openapi.json", "/v1/docs", "/v1/docs/{name}");

    private final JsonMapper json;
    private final Javadocs javadocs;
    private final JsonSchemas schemas;
    private final JsonNode examples;
    private final ObjectNode document;
    private final Map<Integer, ObjectNode> problems = new TreeMap<>();
    private final Map<Integer, ObjectNode> openRagErrors = new TreeMap<>();

    private OpenApiDocument(JsonMapper json, Javadocs javadocs, JsonNode examples) {
        this.json = json;
        this.javadocs = javadocs;
        this.examples = examples;
        schemas = new JsonSchemas(json, javadocs);
        document = json.createObjectNode();
    }

    /** Describes what a server answers. */
    static ObjectNode of(DispatcherServlet server, JsonMapper json) throws IOException {
        try (InputStream examples = OpenApiDocument.class.getResourceAsStream("/openapi/examples.json")) {
            var javadocs = Javadocs.read(Path.of("src/main/java"), Path.of("../db/src/main/java"));
            return new OpenApiDocument(json, javadocs, json.readTree(examples)).build(routes(server));
        }
    }

    /** One way into a handler. */
    record Route(String path, String verb, RequestMappingInfo info, HandlerMethod handler) {}

    /** All routes of a server; not its static files, and none that other tests bring along. */
    static List<Route> routes(DispatcherServlet server) {
        List<Route> routes = new ArrayList<>();
        for (var mapping : server.getHandlerMappings()) {
            if (mapping instanceof RequestMappingInfoHandlerMapping routed) {
                routed.getHandlerMethods().forEach((info, handler) -> {
                    if (isOfATest(handler.getBeanType())) {
                        return;
                    }
                    for (String pattern : info.getPatternValues()) {
                        Set<RequestMethod> verbs = info.getMethodsCondition().getMethods();
                        for (RequestMethod verb : verbs.isEmpty() ? Set.of(RequestMethod.GET) : verbs) {
                            routes.add(new Route(path(pattern), verb.name().toLowerCase(Locale.ROOT), info, handler));
                        }
                    }
                });
            }
        }
        return routes;
    }

    private static boolean isOfATest(Class<?> type) {
        return type.getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith("/test-classes/");
    }

    private static String path(String pattern) {
        return pattern.replace("/**", "/{path}").replace("{*", "{");
    }

    private ObjectNode build(List<Route> routes) {
        document.put("openapi", "3.1.1");
        document.putObject("info")
                .put("title", "Filemill")
                .put("version", "1")
                .put("summary", "A durable file-ingestion service")
                .put(
                        "description",
                        "Errors below `/v1` are problems (RFC 9457). A path that is none of these answers 404, another method of one"
                                + " of them 405 with `Allow`. `HEAD` answers as `GET`, without its body. Parameters and members"
                                + " that are unknown are ignored; new ones may come at any time, so ignore what you do not know."
                                + " Where sign-in is not set up, no credentials are needed.")
                .putObject("license")
                .put("name", "Apache-2.0")
                .put("identifier", "Apache-2.0");
        document.putArray("servers").addObject().put("url", "/");
        ArrayNode security = document.putArray("security");
        security.addObject();
        security.addObject().putArray("bearer");
        Map<String, Map<String, List<Route>>> byPath = new TreeMap<>();
        routes.forEach(route -> byPath.computeIfAbsent(route.path(), path -> new TreeMap<>())
                .computeIfAbsent(route.verb(), verb -> new ArrayList<>())
                .add(route));
        ObjectNode paths = document.putObject("paths");
        byPath.forEach((path, verbs) -> {
            ObjectNode item = paths.putObject(path);
            verbs.forEach((verb, same) -> item.set(verb, operation(path, verb, same)));
        });
        ObjectNode components = document.putObject("components");
        ObjectNode problem = problem();
        ObjectNode responses = json.createObjectNode();
        problems.forEach((status, response) -> responses.set("Problem" + status, response));
        openRagErrors.forEach((status, response) -> responses.set("OpenRagError" + status, response));
        Map<String, JsonNode> sorted = new TreeMap<>();
        schemas.definitions().properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        sorted.put("Problem", problem);
        ObjectNode all = components.putObject("schemas");
        sorted.forEach(all::set);
        components.set("responses", responses);
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "A JWT of the configured issuer, or an API key.");
        return document;
    }

    private ObjectNode operation(String path, String verb, List<Route> same) {
        List<Route> routes = same.stream()
                .sorted(Comparator.comparing((Route route) -> doc(route).order())
                        .thenComparing(route -> route.info().toString()))
                .toList();
        Route first = routes.get(0);
        boolean actuator = !first.handler().getBeanType().getPackageName().startsWith("io.filemill");
        ObjectNode operation = json.createObjectNode();
        if (actuator) {
            return management(path, operation);
        }
        operation.putArray("tags").add(tag(first));
        Doc doc = doc(first);
        operation.put("summary", doc.summary());
        if (!doc.rest().isEmpty() && !doc.text().equals(doc.summary())) {
            operation.put("description", doc.text());
        }
        operation.put("operationId", operationId(path, verb, first));
        ArrayNode parameters = json.createArrayNode();
        Set<String> known = new TreeSet<>();
        routes.forEach(route -> parameters(route, parameters, known));
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        ObjectNode content = json.createObjectNode();
        boolean required = false;
        for (Route route : routes) {
            required |= body(route, content);
        }
        if (!content.isEmpty()) {
            operation.putObject("requestBody").put("required", required).set("content", content);
        }
        operation.set("responses", responses(path, verb, routes, !content.isEmpty()));
        if (OPEN.contains(path)) {
            operation.putArray("security");
        }
        return operation;
    }

    private Doc doc(Route route) {
        return javadocs.of(route.handler().getMethod());
    }

    private static boolean isOpenRag(Route route) {
        return route.handler().getBeanType().getPackageName().endsWith(".openrag");
    }

    private static String tag(Route route) {
        if (isOpenRag(route)) {
            return "OpenRAG";
        }
        String[] segments = route.path().split("/");
        return segments.length < 3 || segments[2].contains(".") || segments[2].equals("docs")
                ? "About"
                : segments[2].substring(0, 1).toUpperCase(Locale.ROOT) + segments[2].substring(1);
    }

    /** Made of the address, so that it is as steady as that: {@code getTasksIdFiles}. */
    private static String operationId(String path, String verb, Route route) {
        String words = Stream.of(path.split("[^A-Za-z0-9]+"))
                .filter(word -> !word.isEmpty() && !word.equals("v1"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
        if (words.isEmpty()) {
            return verb + "Version";
        }
        return verb + (isOpenRag(route) ? path.startsWith("/v1") ? "OpenRagV1" : "OpenRag" : "") + words;
    }

    private ObjectNode management(String path, ObjectNode operation) {
        operation.putArray("tags").add("Health");
        boolean metrics = path.endsWith("/prometheus");
        operation.put(
                "summary",
                metrics
                        ? "Shows the metrics of this process and of the cluster, for Prometheus."
                        : "Shows whether the server is in order, at " + path.replaceAll("[{}]", "") + ".");
        operation.put(
                "operationId",
                "get"
                        + Stream.of(path.split("[^A-Za-z0-9]+"))
                                .filter(word -> !word.isEmpty())
                                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                                .collect(Collectors.joining()));
        ArrayNode parameters = json.createArrayNode();
        for (String name : pathVariables(path)) {
            parameters
                    .addObject()
                    .put("name", name)
                    .put("in", "path")
                    .put("required", true)
                    .put("description", "A part of the health, for example `readiness`.")
                    .putObject("schema")
                    .put("type", "string");
        }
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        ObjectNode responses = operation.putObject("responses");
        for (String status : List.of("200", "503")) {
            responses
                    .putObject(status)
                    .put("description", status.equals("200") ? "In order." : "Not in order.")
                    .putObject("content")
                    .putObject("*/*")
                    .putObject("schema");
        }
        responses.putObject("404").put("description", "There is no such part.");
        if (metrics) {
            List.of(401, 403).forEach(status -> responses.set(Integer.toString(status), reference(status)));
        } else {
            operation.putArray("security");
        }
        return operation;
    }

    private static List<String> pathVariables(String path) {
        return Stream.of(path.split("/"))
                .filter(segment -> segment.startsWith("{"))
                .map(segment -> segment.substring(1, segment.length() - 1))
                .toList();
    }

    private void parameters(Route route, ArrayNode parameters, Set<String> known) {
        Method method = route.handler().getMethod();
        Doc doc = javadocs.of(method);
        for (Parameter parameter : method.getParameters()) {
            var path = parameter.getAnnotation(PathVariable.class);
            var query = parameter.getAnnotation(RequestParam.class);
            var header = parameter.getAnnotation(RequestHeader.class);
            boolean optional = isNullable(parameter);
            if (path != null) {
                add(parameters, known, "path", named(path.name(), path.value(), parameter), true, parameter, doc, null);
            } else if (query != null && parameter.getType() != Map.class) {
                String given = query.defaultValue().equals(ValueConstants.DEFAULT_NONE) ? null : query.defaultValue();
                boolean required = query.required() && given == null && !optional;
                add(
                        parameters,
                        known,
                        "query",
                        named(query.name(), query.value(), parameter),
                        required,
                        parameter,
                        doc,
                        given);
            } else if (header != null
                    && !Set.of("Content-Type", "Accept").contains(named(header.name(), header.value(), parameter))) {
                boolean required = header.required() && !optional;
                add(
                        parameters,
                        known,
                        "header",
                        named(header.name(), header.value(), parameter),
                        required,
                        parameter,
                        doc,
                        null);
            } else if (parameter.getType() == WebRequest.class && known.add("If-None-Match")) {
                parameters
                        .addObject()
                        .put("name", "If-None-Match")
                        .put("in", "header")
                        .put("required", false)
                        .put("description", "The `ETag` of an answer: 304 as long as nothing changed.")
                        .putObject("schema")
                        .put("type", "string");
            }
        }
        if (isManifest(route)) {
            for (RecordComponent option : type(TASK_OPTIONS).getRecordComponents()) {
                String name = Javadocs.snakeCase(option.getName());
                if (known.add(name)) {
                    ObjectNode node = parameters
                            .addObject()
                            .put("name", name)
                            .put("in", "query")
                            .put("required", false);
                    node.put(
                            "description",
                            "With a manifest. " + javadocs.of(type(NEW_TASK)).parameter(option.getName()));
                    node.set(
                            "schema",
                            option.getType() == JsonNode.class ? simple(String.class) : simple(option.getType()));
                }
            }
        }
    }

    private void add(
            ArrayNode parameters,
            Set<String> known,
            String in,
            String name,
            boolean required,
            Parameter parameter,
            Doc doc,
            @Nullable String given) {
        if (!known.add(name)) {
            return;
        }
        ObjectNode node = parameters.addObject().put("name", name).put("in", in).put("required", required);
        String described = doc.parameter(parameter.getName());
        String description = described.isEmpty() ? PARAMETERS.getOrDefault(name, "") : described;
        if (!description.isEmpty()) {
            node.put("description", description);
        }
        ObjectNode schema = simple(parameter.getType());
        if (given != null) {
            schema.put("default", given);
            if (schema.path("type").asString().equals("integer")) {
                schema.put("default", Long.parseLong(given));
            }
        }
        node.set("schema", schema);
    }

    private static String named(String name, String value, Parameter parameter) {
        return !name.isEmpty() ? name : !value.isEmpty() ? value : parameter.getName();
    }

    private static boolean isNullable(Parameter parameter) {
        return parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private ObjectNode simple(Class<?> type) {
        ObjectNode schema = json.createObjectNode();
        if (type == int.class || type == Integer.class) {
            return schema.put("type", "integer").put("format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return schema.put("type", "integer").put("format", "int64");
        }
        if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        }
        if (type == double.class || type == Double.class) {
            return schema.put("type", "number").put("format", "double");
        }
        if (type.isEnum()) {
            schema.put("type", "string");
            ArrayNode words = schema.putArray("enum");
            Stream.of(type.getEnumConstants()).forEach(word -> words.add(json.valueToTree(word)));
            return schema;
        }
        return schema.put("type", "string");
    }

    /** Adds what a route reads; returns whether it needs it. */
    private boolean body(Route route, ObjectNode content) {
        Method method = route.handler().getMethod();
        for (Parameter parameter : method.getParameters()) {
            var body = parameter.getAnnotation(RequestBody.class);
            if (body != null) {
                ObjectNode media = content.putObject(JSON);
                media.set("schema", schemas.requestReference(parameter.getType()));
                example(route, JSON, media);
                return body.required() && !isNullable(parameter);
            }
        }
        if (!readsTheStream(method)) {
            return false;
        }
        route.info().getConsumesCondition().getConsumableMediaTypes().forEach(type -> {
            ObjectNode media = content.putObject(type.toString());
            media.set(
                    "schema",
                    type.isCompatibleWith(MediaType.MULTIPART_FORM_DATA) ? form(route) : simple(String.class));
            example(route, type.toString(), media);
        });
        return true;
    }

    private static boolean readsTheStream(Method method) {
        return Stream.of(method.getParameterTypes()).anyMatch(type -> type == HttpServletRequest.class);
    }

    private static boolean isManifest(Route route) {
        return readsTheStream(route.handler().getMethod())
                && route.info().getConsumesCondition().getConsumableMediaTypes().stream()
                        .noneMatch(type -> type.isCompatibleWith(MediaType.MULTIPART_FORM_DATA))
                && route.path().equals("/v1/tasks");
    }

    private ObjectNode form(Route route) {
        ObjectNode schema = json.createObjectNode().put("type", "object");
        ObjectNode members = schema.putObject("properties");
        members.putObject("file")
                .put("type", "array")
                .put("description", "The files, any number of parts with this name; streamed.")
                .putObject("items")
                .put("type", "string")
                .put("contentMediaType", "application/octet-stream");
        if (isOpenRag(route)) {
            for (String name :
                    List.of("session_id", "settings", "tweaks", "delete_after_ingest", "replace_duplicates")) {
                members.putObject(name).put("type", "string");
            }
        } else {
            for (RecordComponent option : type(TASK_OPTIONS).getRecordComponents()) {
                ObjectNode member = option.getType() == JsonNode.class
                        ? json.createObjectNode().put("type", "object")
                        : simple(option.getType());
                member.put("description", javadocs.of(type(NEW_TASK)).parameter(option.getName()));
                members.set(Javadocs.snakeCase(option.getName()), member);
            }
        }
        schema.putArray("required").add("file");
        return schema;
    }

    private void example(Route route, String mediaType, ObjectNode media) {
        JsonNode example = examples.path(route.verb().toUpperCase(Locale.ROOT) + " " + route.path())
                .path(mediaType);
        if (!example.isMissingNode()) {
            media.set("example", example);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode responses(String path, String verb, List<Route> routes, boolean hasBody) {
        Map<Integer, ObjectNode> responses = new TreeMap<>();
        Map<Integer, List<Type>> bodies = new TreeMap<>();
        Map<Integer, String> descriptions = new LinkedHashMap<>();
        Set<Integer> failures = new TreeSet<>(List.of(400, 406, 415, 500, 503));
        boolean conditional = routes.stream()
                .anyMatch(route ->
                        List.of(route.handler().getMethod().getParameterTypes()).contains(WebRequest.class));
        for (Route route : routes) {
            Method method = route.handler().getMethod();
            Set<Responds> responds = AnnotatedElementUtils.findMergedRepeatableAnnotations(method, Responds.class);
            responds.forEach(answer -> {
                List<Type> known = bodies.computeIfAbsent(answer.status(), status -> new ArrayList<>());
                if (!known.contains(answer.body())) {
                    known.add(answer.body());
                }
                if (!answer.description().isEmpty()) {
                    descriptions.put(answer.status(), answer.description());
                }
            });
            if (responds.stream().noneMatch(answer -> answer.status() < 300) && !onlyFails(responds)) {
                List<Type> known = bodies.computeIfAbsent(status(method), status -> new ArrayList<>());
                Type body = unwrapped(method.getGenericReturnType());
                if (body != void.class && !known.contains(body)) {
                    known.add(body);
                }
            }
            Fails fails = method.getAnnotation(Fails.class);
            if (fails != null) {
                Stream.of(fails.value())
                        .forEach(type -> failures.add(type.status().value()));
            }
        }
        if (!OPEN.contains(path)) {
            failures.addAll(List.of(401, 403));
        }
        if (path.contains("{")) {
            failures.add(404);
        }
        if (hasBody) {
            failures.addAll(List.of(408, 413));
        }
        boolean errorsOfOpenRag = isOpenRag(routes.get(0)) && !path.startsWith("/v1");
        failures.forEach(status -> responses.put(status, errorsOfOpenRag ? openRagError(status) : reference(status)));
        bodies.forEach((status, types) -> responses.put(
                status, response(routes.get(0), status, types, descriptions.get(status), status < 300 && conditional)));
        if (conditional) {
            ObjectNode unchanged =
                    json.createObjectNode().put("description", "Nothing changed since the answer with that `ETag`.");
            tag(unchanged.putObject("headers"));
            responses.put(304, unchanged);
        }
        ObjectNode node = json.createObjectNode();
        responses.forEach((status, response) -> node.set(status.toString(), response));
        return node;
    }

    private static boolean onlyFails(Set<Responds> responds) {
        return !responds.isEmpty() && responds.stream().allMatch(answer -> answer.status() >= 400);
    }

    private static int status(AnnotatedElement method) {
        ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(method, ResponseStatus.class);
        return status == null ? 200 : status.code().value();
    }

    /** What is written as the body; {@code String} for what is no JSON. */
    private static Type unwrapped(Type type) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            if (HttpEntity.class.isAssignableFrom(raw)
                    || raw == DeferredResult.class
                    || raw == Callable.class
                    || CompletionStage.class.isAssignableFrom(raw)) {
                return unwrapped(generic.getActualTypeArguments()[0]);
            }
        }
        if (type instanceof WildcardType) {
            return Object.class;
        }
        return type == Void.class ? void.class : type;
    }

    private static boolean isStream(Type type) {
        return type instanceof Class<?> raw
                && (raw == String.class
                        || raw == byte[].class
                        || ResponseBodyEmitter.class.isAssignableFrom(raw)
                        || StreamingResponseBody.class.isAssignableFrom(raw)
                        || Resource.class.isAssignableFrom(raw)
                        || HttpEntity.class.isAssignableFrom(raw));
    }

    private ObjectNode response(
            Route route, int status, List<Type> types, @Nullable String description, boolean conditional) {
        ObjectNode response = json.createObjectNode();
        HttpStatus known = HttpStatus.valueOf(status);
        response.put("description", description == null ? known.getReasonPhrase() + "." : description);
        ObjectNode headers = json.createObjectNode();
        if (conditional) {
            tag(headers);
        }
        if (status == 201) {
            header(headers, "Location", "Where the task is.");
            header(
                    headers,
                    "Idempotency-Replayed",
                    "`true` if this is the task of an earlier submission under the same key.");
        }
        if (!headers.isEmpty()) {
            response.set("headers", headers);
        }
        if (types.isEmpty()) {
            return response;
        }
        Set<MediaType> produced = route.info().getProducesCondition().getProducibleMediaTypes();
        List<String> media = produced.isEmpty() || status >= 400
                ? List.of(JSON)
                : produced.stream().map(MediaType::toString).sorted().toList();
        ObjectNode content = response.putObject("content");
        for (String type : media) {
            content.putObject(type).set("schema", schema(types, type));
        }
        return response;
    }

    private ObjectNode schema(List<Type> types, String mediaType) {
        if (types.size() == 1) {
            Type type = types.get(0);
            if (isStream(type)) {
                return mediaType.equals(JSON) ? json.createObjectNode().put("type", "object") : simple(String.class);
            }
            return schemas.reference(type);
        }
        ObjectNode any = json.createObjectNode();
        ArrayNode options = any.putArray("anyOf");
        types.forEach(type -> options.add(schemas.reference(type)));
        return any;
    }

    private void tag(ObjectNode headers) {
        header(headers, "ETag", "Names this state of the answer; weak.");
        header(headers, "Cache-Control", "`no-cache`: keep it, but ask each time.");
    }

    private static void header(ObjectNode headers, String name, String description) {
        headers.putObject(name)
                .put("description", description)
                .putObject("schema")
                .put("type", "string");
    }

    private ObjectNode reference(int status) {
        problems.computeIfAbsent(
                status,
                code -> error(
                        code, PROBLEM, () -> json.createObjectNode().put("$ref", "#/components/schemas/Problem")));
        return json.createObjectNode().put("$ref", "#/components/responses/Problem" + status);
    }

    private ObjectNode openRagError(int status) {
        openRagErrors.computeIfAbsent(status, code -> error(code, JSON, () -> schemas.reference(type(OPENRAG_ERROR))));
        return json.createObjectNode().put("$ref", "#/components/responses/OpenRagError" + status);
    }

    private ObjectNode error(int status, String mediaType, Supplier<ObjectNode> schema) {
        ObjectNode response = json.createObjectNode();
        String kinds = Stream.of(ProblemType.values())
                .filter(type -> type.status().value() == status)
                .map(type -> "`" + type.uri() + "`")
                .collect(Collectors.joining(", "));
        String reason = HttpStatus.valueOf(status).getReasonPhrase() + ".";
        response.put(
                "description",
                kinds.isEmpty() || !mediaType.equals(PROBLEM) ? reason : reason + " The type is " + kinds + ".");
        ObjectNode headers = json.createObjectNode();
        if (status == 429 || status == 503) {
            header(headers, "Retry-After", "After how many seconds to try again.");
        }
        if (status == 401) {
            header(headers, "WWW-Authenticate", "How to sign in.");
        }
        if (!headers.isEmpty()) {
            response.set("headers", headers);
        }
        response.putObject("content").putObject(mediaType).set("schema", schema.get());
        return response;
    }

    private ObjectNode problem() {
        ObjectNode problem = json.createObjectNode().put("type", "object");
        problem.put("description", "An error, as RFC 9457 describes it.");
        ObjectNode members = problem.putObject("properties");
        member(members, "type", "string", "The kind of error, which never changes.")
                .put("format", "uri-reference")
                .putArray("examples")
                .add("/problems/not-found");
        member(members, "title", "string", "The kind of error for people.");
        member(members, "status", "integer", "The status code.");
        member(members, "detail", "string", "What is wrong, where, and what to do.");
        member(members, "instance", "string", "The path of the request.").put("format", "uri-reference");
        member(members, "incident", "string", "Under which name the log explains an error of the server.")
                .put("format", "uuid");
        member(members, "known_processors", "array", "What there is instead of the processor that was asked for.")
                .putObject("items")
                .put("type", "string");
        member(members, "line", "integer", "Which line of a manifest is wrong.");
        member(members, "ignored_files", "integer", "How many of the named files and folders were left out.");
        member(members, "ignored", "array", "The first of them, with the reasons.")
                .set("items", schemas.reference(type(IGNORED)));
        member(members, "error", "string", "The same in the words of OpenRAG, on its routes.");
        ArrayNode required = problem.putArray("required");
        List.of("type", "title", "status", "detail", "instance").forEach(required::add);
        return problem;
    }

    private static ObjectNode member(ObjectNode members, String name, String type, String description) {
        return members.putObject(name).put("type", type).put("description", description);
    }
}
