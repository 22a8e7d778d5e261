// SPDX-License-Identifier: Apache-2.0
package com.neilalexander.jnacl.crypto;

import io.rankmq.curve.Curve;

/** What JeroMQ calls for the cookies of CURVE. The names are jnacl's, whose class this one replaces. */
public final class xsalsa20poly1305 {

    private xsalsa20poly1305() {}

    /** Encrypts with a secret key. */
    public static int crypto_secretbox(byte[] c, byte[] m, long mlen, byte[] n, byte[] k) {
        return Curve.secretBox(c, m, mlen, n, k);
    }

    /** Decrypts with a secret key. */
    public static int crypto_secretbox_open(byte[] m, byte[] c, long clen, byte[] n, byte[] k) {
        return Curve.openSecretBox(m, c, clen, n, k);
    }
}
