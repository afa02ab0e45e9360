package io.filemill.worker.isolation;

import java.time.Duration;

/**
 * How long a child may work on one call.
 *
 * @param time altogether, the start of a new child included
 * @param stall without a sign that it gets on; a child that never gives any has this time only, and half a minute more if it is new. A few
 *     seconds at least, because signs come every half second, and later on a busy machine
 */
public record CallLimits(Duration time, Duration stall) {}
