package io.filemill.db.task;

import java.time.Instant;
import java.util.UUID;

/** The last task of a page of tasks, from which the next page goes on. */
public record Position(Instant createdAt, UUID id) {}
