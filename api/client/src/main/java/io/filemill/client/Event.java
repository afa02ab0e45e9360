package io.filemill.client;

import tools.jackson.databind.JsonNode;

/**
 * Something that happened.
 *
 * @param id where a later connection goes on; empty if the server gave none
 * @param type what happened; {@code message} if the server gave no name
 * @param data what the server says of it; a missing node if it says nothing
 */
public record Event(String id, String type, JsonNode data) {}
