// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a parent and a broker in a process of its own tell each other (docs/protocol.md, section 11). */
public sealed interface LinkMessage {

    /**
     * To the broker: open this session; asked again with the same keys it is no error, so a lost answer does no harm. Who had it open before
     * the broker was started again gives the port that its ranks know, and the ticket that proves it; else 0 and nothing.
     */
    record Open(
            int minVersion,
            int maxVersion,
            String session,
            int incarnation,
            int port,
            String ticket,
            SortedMap<Integer, String> keys,
            @Nullable String joinKey)
            implements LinkMessage {

        /** Copies. */
        public Open {
            keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
        }
    }

    /** To the broker: the session is over. */
    record CloseSession(String session, int incarnation) implements LinkMessage {}

    /** To the broker, with the frames of a message: for one rank. */
    record ToRank(String session, int incarnation, int rank) implements LinkMessage {}

    /** To the broker, with the frames of a message: for a process that claims a rank. */
    record ToClaimant(String session, int incarnation, String claimant) implements LinkMessage {}

    /** To the broker on PUB, with the frames of a message: for all ranks. */
    record ToAll(String session, int incarnation) implements LinkMessage {}

    /** To the broker, first on each connection and then each second: this process of the parent, named at random, lives. */
    record Ping(String client) implements LinkMessage {}

    /** To the broker: all that it sent before that {@link Mark} was read. */
    record Taken(long mark) implements LinkMessage {}

    /** To the broker: tell what is going on. */
    record AskStatus() implements LinkMessage {}

    /** From the broker: the session is open; the ticket goes into {@link Open} if the broker forgets it. */
    record Opened(
            int version, String session, int incarnation, String commands, String control, String events, String ticket)
            implements LinkMessage {}

    /** From the broker: the session is not opened, or an operator has ended it. */
    record Refused(String session, int incarnation, WireError error) implements LinkMessage {}

    /** From the broker: no such session is open; it is to be opened again. */
    record Unknown(String session, int incarnation) implements LinkMessage {}

    /** From the broker, with the frames of a message: from one rank. */
    record FromRank(String session, int incarnation, int rank, boolean event) implements LinkMessage {}

    /** From the broker, with the frames of a message: from a process that claims a rank. */
    record FromClaimant(String session, int incarnation, String claimant) implements LinkMessage {}

    /** From the broker: it lives; {@code boot} differs after each start. */
    record Pong(String boot) implements LinkMessage {}

    /** From the broker, between {@link FromRank}s: answer with {@link Taken} when you come to it. The number cannot be guessed. */
    record Mark(long mark) implements LinkMessage {}

    /** From the broker: what is going on, as JSON. */
    record Status(String json) implements LinkMessage {}
}
