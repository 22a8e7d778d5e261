// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import java.nio.ByteBuffer;
import java.util.List;

/** Sends the unnumbered messages of one incarnation. Used by the loop thread only. */
final class Outbox {
    private final String session;
    private final int incarnation;
    private final SessionEffects effects;

    Outbox(String session, int incarnation, SessionEffects effects) {
        this.session = session;
        this.incarnation = incarnation;
        this.effects = effects;
    }

    /** Sends to one rank on ROUTER. */
    void send(int rank, Message message) {
        effects.send(rank, encode(message));
    }

    /** Sends to all ranks on PUB. */
    void broadcast(Message message) {
        effects.broadcast(encode(message));
    }

    private List<ByteBuffer> encode(Message message) {
        return MessageCodec.encode(new Envelope(session, incarnation, Envelope.PARENT, Envelope.UNNUMBERED), message);
    }
}
