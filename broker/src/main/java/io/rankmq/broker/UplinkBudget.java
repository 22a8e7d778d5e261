// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

/**
 * Decides whether one more message may be queued for a parent that may not be reading. Each process of a parent may hold as much as is left
 * free of its parent's share, and each parent as much as is left free of the whole; so whoever stalls takes half at most, and leaves as much to the
 * others (the dynamic thresholds of Choudhury and Hahne, 1998). A message that is too large for that passes while nothing else
 * of its parent is on its way: it is in memory already. Pure functions.
 */
final class UplinkBudget {
    /** What a frame costs beside its bytes: its objects in our lists and JeroMQ's queue. */
    private static final int FRAME_BYTES = 256;

    private UplinkBudget() {}

    /** What a message costs in memory. */
    static long cost(int frames, long bytes) {
        return bytes + (long) frames * FRAME_BYTES;
    }

    /** Whether a message of this cost may be queued for that process, while so much is on its way to all parents. */
    static boolean hasRoom(LinkClient client, long cost, long ofAllParents, LinkLimits limits) {
        long ofParent = client.parent.underway.bytes();
        return fits(client.underway(), ofParent, limits.bytesPerParent(), cost)
                && fits(ofParent, ofAllParents, limits.bytes(), cost);
    }

    private static boolean fits(long own, long all, long limit, long cost) {
        return all == 0 || own + cost <= limit - all;
    }
}
