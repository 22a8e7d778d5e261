// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names a public key in logs: short, and the same wherever the key appears. */
public final class Fingerprint {

    private Fingerprint() {}

    /** The first twelve hexadecimal digits of the SHA-256 of the key. */
    public static String of(String publicKey) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(publicKey.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
