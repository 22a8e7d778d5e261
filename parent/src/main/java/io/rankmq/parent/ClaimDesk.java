// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.SessionPort;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where claims for ranks arrive and are answered; {@link Claims} decides. Loop thread only. */
final class ClaimDesk {
    private final SessionSpec spec;
    private final int incarnation;
    private final Claims claims;
    private final SessionPort port;
    private int told = -1;

    ClaimDesk(SessionSpec spec, int incarnation, Claims claims, SessionPort port) {
        this.spec = spec;
        this.incarnation = incarnation;
        this.claims = claims;
        this.port = port;
    }

    /**
     * Takes a message of a process with the join key.
     *
     * @param claimant its connection
     * @throws ProtocolException if it is no claim, or one for another session or incarnation
     */
    void take(String claimant, List<ByteBuffer> frames, long now) throws ProtocolException {
        Decoded decoded = MessageCodec.decode(frames, Sender.CLAIMANT);
        Envelope envelope = decoded.envelope();
        if (!envelope.session().equals(spec.id())
                || envelope.incarnation() != incarnation
                || !(decoded.message() instanceof Message.Claim claim)) {
            throw new ProtocolException(ErrorCode.FORBIDDEN, "a claim for another session");
        }
        Message answer = claims.on(claim, now);
        port.sendToClaimant(
                claimant,
                MessageCodec.encode(
                        new Envelope(spec.id(), incarnation, Envelope.PARENT, Envelope.UNNUMBERED), answer));
        tell();
    }

    /** Why the session fails now, or null. */
    @Nullable
    RankFailure expire(long now) {
        RankFailure overdue = claims.expire(now);
        tell();
        return overdue;
    }

    private void tell() {
        int there = claims.there();
        if (there != told) {
            told = there;
            spec.listeners().forEach(listener -> listener.onClaims(there, spec.worldSize()));
        }
    }
}
