package io.filemill.e2e.chaos;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How big a run is, and the seed of everything random in it. System properties {@code filemill.test.chaos.…} set each part.
 *
 * @param seed the same seed gives each actor the same choices in the same order; their timing differs as the machine does
 * @param duration how long faults are injected
 * @param files how many files the load submits in that time, unless the faults leave too little of it
 * @param nodes how many workers there are
 */
record Plan(long seed, Duration duration, int files, int nodes) {
    private static final String PREFIX = "filemill.test.chaos.";

    static Plan ofSystemProperties() {
        return new Plan(
                Long.getLong(PREFIX + "seed", ThreadLocalRandom.current().nextLong(1_000_000)),
                Duration.ofSeconds(Integer.getInteger(PREFIX + "seconds", 30)),
                Integer.getInteger(PREFIX + "files", 600),
                Integer.getInteger(PREFIX + "nodes", 2));
    }

    /** The choices of one actor, whatever the others do. */
    SplittableRandom randomOf(String actor) {
        return new SplittableRandom(seed * 1_000_003 + actor.hashCode());
    }

    /** The time until the next fault of a victim, in milliseconds; longer in a long run, so that there is work between the faults. */
    Duration pause(SplittableRandom random, int shortest, int longest) {
        int stretch = (int) Math.max(1, Math.min(3, duration.toSeconds() / 60));
        return Pause.between(random, shortest * stretch, longest * stretch);
    }

    /** The command that runs it again. */
    String replay() {
        return "mvn verify -Pchaos -D%sseed=%d -D%sseconds=%d -D%sfiles=%d -D%snodes=%d"
                .formatted(PREFIX, seed, PREFIX, duration.toSeconds(), PREFIX, files, PREFIX, nodes);
    }
}
