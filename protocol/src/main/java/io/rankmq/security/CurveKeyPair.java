// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import org.zeromq.ZMQ;

/**
 * A CURVE key pair; both keys are Z85 text of 40 characters.
 *
 * @param publicKey may be shown
 * @param secretKey never shown, {@link #toString} included
 */
public record CurveKeyPair(String publicKey, String secretKey) {

    /** Refuses what is no key. */
    public CurveKeyPair {
        if (!isKey(publicKey) || !isKey(secretKey)) {
            throw new IllegalArgumentException("a CURVE key is 40 characters of Z85 text");
        }
    }

    /** Makes a new pair. Any thread. */
    public static CurveKeyPair generate() {
        ZMQ.Curve.KeyPair pair = ZMQ.Curve.generateKeyPair();
        return new CurveKeyPair(pair.publicKey, pair.secretKey);
    }

    /** Whether the text is a key: 40 characters of Z85. */
    public static boolean isKey(String text) {
        return Z85Text.isKey(text);
    }

    /** The public key only. */
    @Override
    public String toString() {
        return "CurveKeyPair[publicKey=" + publicKey + "]";
    }
}
