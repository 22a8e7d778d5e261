// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.time.Duration;

/**
 * What parents may take of a broker in a process of its own (docs/broker.md gives the reasons for the defaults).
 *
 * @param sessionsPerParent sessions that one parent may have open; it may have as many processes, and a few more
 * @param ranksPerSession ranks of one session
 * @param bytesPerParent bytes that may be on their way to one parent; what ranks send beyond is dropped, counted, and sent again by them
 * @param bytes the same for all parents together
 * @param parentLease how long a parent may be silent before its sessions are removed
 */
public record LinkLimits(
        int sessionsPerParent, int ranksPerSession, long bytesPerParent, long bytes, Duration parentLease) {

    /** Largest number of ranks: the keys of all must fit into one frame of 1 MiB. */
    public static final int MOST_RANKS = 16_384;

    /** What docs/broker.md says. */
    public static final LinkLimits DEFAULT =
            new LinkLimits(64, MOST_RANKS, 256L << 20, Runtime.getRuntime().maxMemory() / 4, Duration.ofSeconds(30));

    /** Connections beyond the sessions: {@code rankmq status}, and processes between two sessions. */
    private static final int SPARE_PROCESSES = 16;

    int processesPerParent() {
        return sessionsPerParent + SPARE_PROCESSES;
    }
}
