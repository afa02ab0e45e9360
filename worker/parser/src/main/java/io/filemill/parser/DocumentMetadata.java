package io.filemill.parser;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.tika.metadata.Message;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.Office;
import org.apache.tika.metadata.Property;
import org.apache.tika.metadata.TikaCoreProperties;

/** Picks from Tika's metadata what people ask for, under names of our own. */
final class DocumentMetadata {
    private static final int MAXIMUM_LENGTH = 1_000;

    private DocumentMetadata() {}

    static Map<String, String> of(Metadata metadata) {
        var picked = new LinkedHashMap<String, String>();
        put(picked, "title", metadata, TikaCoreProperties.TITLE);
        put(picked, "author", metadata, TikaCoreProperties.CREATOR);
        put(picked, "subject", metadata, TikaCoreProperties.SUBJECT);
        put(picked, "description", metadata, TikaCoreProperties.DESCRIPTION);
        put(picked, "keywords", metadata, Office.KEYWORDS);
        put(picked, "language", metadata, TikaCoreProperties.LANGUAGE);
        put(picked, "publisher", metadata, TikaCoreProperties.PUBLISHER);
        put(picked, "created", metadata, TikaCoreProperties.CREATED);
        put(picked, "modified", metadata, TikaCoreProperties.MODIFIED);
        put(picked, "from", metadata, Property.internalText(Message.MESSAGE_FROM));
        put(picked, "to", metadata, Property.internalText(Message.MESSAGE_TO));
        return Collections.unmodifiableMap(picked);
    }

    private static void put(Map<String, String> picked, String name, Metadata metadata, Property property) {
        var text = Stream.of(metadata.getValues(property.getName()))
                .map(TextCleaner::line)
                .filter(value -> !value.isEmpty())
                .distinct()
                .collect(Collectors.joining(", "));
        if (!text.isEmpty()) {
            picked.put(
                    name, text.length() <= MAXIMUM_LENGTH ? text : TextCleaner.line(text.substring(0, MAXIMUM_LENGTH)));
        }
    }
}
