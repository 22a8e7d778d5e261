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
 */
public record BrokerLimits(int sessions, int ranks, MessageBounds message, long queued) {

    /** 1,024 sessions, 65,536 ranks each, messages as docs/protocol.md, section 8, allows; the parent bounds what it sends. */
    public static final BrokerLimits DEFAULT = new BrokerLimits(1024, 65_536, MessageBounds.DEFAULT, Long.MAX_VALUE);

    /** The same for a broker that strangers share: half the heap for what comes in on its four sockets, an eighth for the ranks. */
    public static final BrokerLimits OF_ITS_OWN_PROCESS = new BrokerLimits(
            1024,
            65_536,
            new MessageBounds(
                    MessageBounds.DEFAULT.maxParts(),
                    MessageBounds.DEFAULT.maxBytes(),
                    MessageBounds.DEFAULT.maxWaiting() / 4),
            Runtime.getRuntime().maxMemory() / 8);
}
