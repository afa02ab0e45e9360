package io.filemill.db.queue;

import java.util.UUID;

/**
 * An unfinished task as the feeder sees it.
 *
 * @param waiting files that wait for their dispatch; 0 if none of them may start now
 * @param inFlight files that are dispatched or running
 * @param recentOfUser how many files its user was given lately, older ones counted for less
 */
record WaitingTask(
        UUID id, String userId, String processor, int priority, int waiting, int inFlight, double recentOfUser) {}
