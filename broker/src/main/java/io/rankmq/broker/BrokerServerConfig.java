// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.time.Duration;

/**
 * How a broker in a process of its own is set up.
 *
 * @param ranks the ranks' side; its control and events ports must be named, for ranks find them again after a restart
 * @param linkPort port for the parents' requests
 * @param broadcastPort port for what parents broadcast
 * @param firstCommandsPort first port for the sessions' commands; 0: any free ones
 * @param lastCommandsPort last port for them
 * @param sessionsPerParent sessions that one parent may have open
 * @param ranksPerSession ranks of one session
 * @param bytesPerParent bytes that may be on their way to one parent; what ranks send beyond is dropped, counted, and sent again by them later
 * @param parentLease how long a parent may be silent before its sessions are removed
 * @param quietStart how long after its start the broker waits for parents before it lets ranks in: a rank whose key is not yet registered
 *     again would be refused for good
 */
public record BrokerServerConfig(
        BrokerConfig ranks,
        int linkPort,
        int broadcastPort,
        int firstCommandsPort,
        int lastCommandsPort,
        int sessionsPerParent,
        int ranksPerSession,
        long bytesPerParent,
        Duration parentLease,
        Duration quietStart) {

    /** Port for the parents' requests, if nothing else is said; the three after it are for broadcasts, control and events. */
    public static final int DEFAULT_PORT = 7770;

    /** Sessions of one parent, if nothing else is said. */
    public static final int DEFAULT_SESSIONS = 64;

    /** Ranks of one session, if nothing else is said; the keys of all must fit into one frame of 1 MiB. */
    public static final int DEFAULT_RANKS = 16_384;

    /** Bytes on their way to one parent, if nothing else is said. */
    public static final long DEFAULT_BYTES = 256L << 20;

    /** Three leases of a rank: a parent that is silent for so long has no ranks any more. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);

    /** Twice as long as a parent waits between two attempts to connect. */
    public static final Duration DEFAULT_QUIET_START = Duration.ofSeconds(2);
}
