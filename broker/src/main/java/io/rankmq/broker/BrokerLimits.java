// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.MessageBounds;

/**
 * What one broker takes on.
 *
 * @param sessions sessions open at a time; each has a port of its own
 * @param ranks ranks of one session
 * @param message frames and bytes of one message from a rank
 */
public record BrokerLimits(int sessions, int ranks, MessageBounds message) {

    /** 1,024 sessions, 65,536 ranks each, messages as docs/protocol.md, section 8, allows. */
    public static final BrokerLimits DEFAULT = new BrokerLimits(1024, 65_536, MessageBounds.DEFAULT);
}
