package io.filemill.api.openapi;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of the records that are written as JSON, exactly as the mapper of the API writes them. */
final class JsonSchemas {
    private final JsonMapper json;
    private final Javadocs javadocs;
    private final Set<Class<?>> requests = new HashSet<>();
    private final SchemaBuilder builder;

    JsonSchemas(JsonMapper json, Javadocs javadocs) {
        this.json = json;
        this.javadocs = javadocs;
        var config = new SchemaGeneratorConfigBuilder(json, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(
                        Option.DEFINITIONS_FOR_ALL_OBJECTS,
                        Option.INLINE_NULLABLE_SCHEMAS,
                        Option.EXTRA_OPEN_API_FORMAT_VALUES,
                        Option.PLAIN_DEFINITION_KEYS)
                .without(Option.SCHEMA_VERSION_INDICATOR, Option.DUPLICATE_MEMBER_ATTRIBUTE_CLEANUP_AT_THE_END);
        config.forTypesInGeneral()
                .withCustomDefinitionProvider(this::custom)
                .withPropertySorter((first, second) -> 0) // as they are declared and written
                .withDefinitionNamingStrategy((key, context) -> name(key.getType()))
                .withDescriptionResolver(
                        scope -> scope.getType().getErasedType().isRecord()
                                ? emptyToNull(javadocs.of(scope.getType().getErasedType())
                                        .text())
                                : null);
        config.forFields()
                .withPropertyNameOverrideResolver(field -> Javadocs.snakeCase(field.getDeclaredName()))
                .withIgnoreCheck(field -> field.getRawMember().isAnnotationPresent(JsonIgnore.class))
                .withNullableCheck(field -> isNullable(field) && !isAbsentWhenNull(field))
                .withRequiredCheck(field -> !isAbsentWhenNull(field) && !isRequest(field))
                .withDescriptionResolver(this::description);
        builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    /** A reference, complete only after {@link #definitions}. */
    ObjectNode reference(Type type) {
        return builder.createSchemaReference(type);
    }

    /** All that was referred to; to be called once, at the end. */
    ObjectNode definitions() {
        return builder.collectDefinitions("components/schemas");
    }

    private @Nullable CustomDefinition custom(ResolvedType resolved, SchemaGenerationContext context) {
        Class<?> type = resolved.getErasedType();
        if (Map.class.isAssignableFrom(type)) {
            var schema = json.createObjectNode().put("type", "object");
            ResolvedType values = resolved.typeParametersFor(Map.class).get(1);
            schema.set("additionalProperties", context.createDefinitionReference(values));
            return inline(schema);
        }
        if (JsonNode.class.isAssignableFrom(type) || type == Object.class) {
            return inline(json.createObjectNode());
        }
        if (type.isEnum()) {
            var schema = json.createObjectNode().put("type", "string");
            var words = schema.putArray("enum");
            Stream.of(type.getEnumConstants()).forEach(constant -> words.add(json.valueToTree(constant)));
            return inline(schema);
        }
        return null;
    }

    private static CustomDefinition inline(ObjectNode schema) {
        return new CustomDefinition(
                schema, CustomDefinition.DefinitionType.INLINE, CustomDefinition.AttributeInclusion.YES);
    }

    /** OpenRAG's answers have names of their own, since some are called as those below /v1. */
    private static String name(ResolvedType type) {
        String name = type.getErasedType().getSimpleName();
        boolean own = type.getErasedType().getPackageName().endsWith(".openrag") && !name.startsWith("OpenRag");
        return own ? "OpenRag" + name : name;
    }

    private @Nullable String description(FieldScope field) {
        return field.isFakeContainerItemScope()
                ? null
                : emptyToNull(
                        javadocs.of(field.getDeclaringType().getErasedType()).parameter(field.getDeclaredName()));
    }

    private static boolean isNullable(FieldScope field) {
        return !field.isFakeContainerItemScope()
                && field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static boolean isAbsentWhenNull(FieldScope field) {
        JsonInclude include = field.getRawMember().getAnnotation(JsonInclude.class);
        if (include == null) {
            include = field.getRawMember().getDeclaringClass().getAnnotation(JsonInclude.class);
        }
        return include != null && include.value() == JsonInclude.Include.NON_NULL && isNullable(field);
    }

    /** What a client may leave out is null then, so a member of a request is required only if it cannot be null. */
    private boolean isRequest(FieldScope field) {
        return isNullable(field) && requests.contains(field.getRawMember().getDeclaringClass());
    }

    /** As {@link #reference} for what clients send. */
    ObjectNode requestReference(Class<?> type) {
        requests.add(type);
        return reference(type);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
