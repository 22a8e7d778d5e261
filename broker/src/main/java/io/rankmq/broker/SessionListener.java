// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes what the ranks of one session send. Called by the loop thread; must not block. The rank is the one that the sender's key belongs to,
 * whatever the message claims.
 */
public interface SessionListener {

    /** A message on the control channel: join, report, acknowledgement, request for replay. */
    void onControl(int rank, List<ByteBuffer> frames);

    /** A message on the event channel. */
    void onEvent(int rank, List<ByteBuffer> frames);

    /**
     * Ranks send faster than they are read, so they are not read for a moment.
     *
     * @param events whether it is their events; else it is their control
     */
    default void onHeld(boolean events) {}

    /**
     * A message of a process that claims a rank.
     *
     * @param claimant its connection, to answer it by {@link SessionPort#sendToClaimant}
     */
    default void onClaim(String claimant, List<ByteBuffer> frames) {}

    /**
     * The broker is gone for good or has ended the session; an embedded one never is.
     *
     * @param sentence which broker, and what happened
     */
    default void onBrokerLost(String sentence) {}
}
