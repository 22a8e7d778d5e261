// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

/**
 * A CURVE key pair, both halves in z85, 40 characters each.
 *
 * @param publicKey may be shown to anybody
 * @param secretKey never leaves its owner; {@link #toString} leaves it out
 */
public record CurveKeyPair(String publicKey, String secretKey) {

    @Override
    public String toString() {
        return "CurveKeyPair[" + publicKey + "]";
    }
}
