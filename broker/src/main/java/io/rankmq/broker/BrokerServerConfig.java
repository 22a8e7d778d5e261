// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.time.Duration;

/**
 * How a broker in a process of its own is set up.
 *
 * @param ranks the ranks' side; its control port is not used, each session has one
 * @param linkPort port for the parents' requests; what they broadcast comes on the next one
 * @param sessions ports for the sessions, three each: commands, and on the next ones events and control
 * @param limits what parents may take
 * @param quietStart how long after its start the broker waits for those who had sessions before it takes new ones, which might take
 *     the name or the ports of those
 */
public record BrokerServerConfig(
        BrokerConfig ranks, int linkPort, PortRange sessions, LinkLimits limits, Duration quietStart) {

    /** Port for the parents' requests, if nothing else is said; the next one is for broadcasts. */
    public static final int DEFAULT_PORT = 7770;

    /** Twice as long as a parent waits between two attempts to connect. */
    public static final Duration DEFAULT_QUIET_START = Duration.ofSeconds(2);

    int broadcastPort() {
        return linkPort + 1;
    }
}
