package io.filemill.worker.capacity;

import java.util.Locale;

/**
 * The memory that a node and each of its slots may come to need, in bytes.
 *
 * @param nodeBytes what the node's own process may take
 * @param slotBytes what one slot's parser process may take
 */
record SlotMemory(long nodeBytes, long slotBytes) {
    private static final long MB = 1L << 20;

    /** What a JVM of either kind takes beside its heap: classes, compiled code, stacks, buffers. */
    private static final long NODE_OVERHEAD_BYTES = 256 * MB;

    private static final long PARSER_OVERHEAD_BYTES = 192 * MB;

    static SlotMemory of(long nodeHeapBytes, long parserHeapBytes) {
        return new SlotMemory(nodeHeapBytes + NODE_OVERHEAD_BYTES, parserHeapBytes + PARSER_OVERHEAD_BYTES);
    }

    /** How many slots fit; 0 if not even one does. */
    int slotsIn(long memoryBytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, memoryBytes - nodeBytes) / slotBytes);
    }

    String explain(long memoryBytes) {
        return "%s of memory less %s for the node hold only %d at %s each"
                .formatted(format(memoryBytes), format(nodeBytes), slotsIn(memoryBytes), format(slotBytes));
    }

    private static String format(long bytes) {
        return bytes < 1024 * MB
                ? bytes / MB + " MB"
                : String.format(Locale.ROOT, "%.1f GB", (double) bytes / (1024 * MB));
    }
}
