// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proofs that a parent had a session open on a port before this broker was started again: the broker keeps nothing, so the parent keeps the
 * proof. Without one a stranger could take the name and the port of another's session in the moment of a restart. Any thread.
 */
final class Tickets {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final SecretKeySpec key;

    /** Tickets of the broker with this secret key, the same after each of its starts. */
    Tickets(String secretKey) {
        key = new SecretKeySpec(("RankMQ ticket " + secretKey).getBytes(StandardCharsets.US_ASCII), ALGORITHM);
    }

    /** The ticket of a parent for a session on a port, as text. */
    String of(ParentKey parent, SessionId id, int port) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] all = mac.doFinal((parent.publicKey() + " " + id + " " + port).getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(all, 0, BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    boolean isGood(String ticket, ParentKey parent, SessionId id, int port) {
        return MessageDigest.isEqual(
                ticket.getBytes(StandardCharsets.UTF_8), of(parent, id, port).getBytes(StandardCharsets.UTF_8));
    }
}
