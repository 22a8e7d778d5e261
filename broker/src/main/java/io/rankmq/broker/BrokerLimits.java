// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.MessageBounds;

/**
 * What one broker takes on.
 *
 * @param sessions sessions open at a time; each has a port of its own
 * @param ranks ranks of one session
 * @param message frames and bytes of one message from a rank
 * @param queued bytes that may wait for all ranks that do not read; what is beyond is not sent, which the sender is told
 * @param eventsPerSession messages a second that are read from the events of a session; 0: as many as come
 * @param controlPerSession the same for what its ranks answer and report
 */
public record BrokerLimits(
        int sessions, int ranks, MessageBounds message, long queued, long eventsPerSession, long controlPerSession) {

    /** What docs/broker.md says. */
    public static final long DEFAULT_EVENTS_PER_SESSION = 5000;

    /** What docs/broker.md says. */
    public static final long DEFAULT_CONTROL_PER_SESSION = 10_000;

    /** 1,024 sessions, 65,536 ranks each, messages as docs/protocol.md, section 8, allows; the parent bounds what it sends. */
    public static final BrokerLimits DEFAULT =
            new BrokerLimits(1024, 65_536, MessageBounds.DEFAULT, Long.MAX_VALUE, 0, 0);

    /** The same for a broker that strangers share: half the heap for what comes in on its sockets, an eighth for the ranks. */
    public static final BrokerLimits OF_ITS_OWN_PROCESS = new BrokerLimits(
            1024,
            65_536,
            new MessageBounds(
                    MessageBounds.DEFAULT.maxParts(),
                    MessageBounds.DEFAULT.maxBytes(),
                    MessageBounds.DEFAULT.maxWaiting() / 4),
            Runtime.getRuntime().maxMemory() / 8,
            DEFAULT_EVENTS_PER_SESSION,
            DEFAULT_CONTROL_PER_SESSION);

    /** The same with other rates. */
    public BrokerLimits withRates(long eventsPerSecond, long controlPerSecond) {
        return new BrokerLimits(sessions, ranks, message, queued, eventsPerSecond, controlPerSecond);
    }
}
