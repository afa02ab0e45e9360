package io.filemill.worker.node;

import java.util.UUID;

/**
 * Who this node is.
 *
 * @param id new for each process; also the id of its JobRunr server
 * @param name how people call it
 */
public record NodeIdentity(UUID id, String name, String host, long pid, String version) {}
