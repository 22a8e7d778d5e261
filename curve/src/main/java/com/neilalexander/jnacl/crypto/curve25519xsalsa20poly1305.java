// SPDX-License-Identifier: Apache-2.0
package com.neilalexander.jnacl.crypto;

import io.rankmq.curve.Curve;

/** What JeroMQ calls for CURVE. The names are jnacl's, whose class this one replaces; the layout is NaCl's padded one. */
public final class curve25519xsalsa20poly1305 {
    /** Bytes of a public key. */
    public static final int crypto_secretbox_PUBLICKEYBYTES = 32;

    /** Bytes of a secret key. */
    public static final int crypto_secretbox_SECRETKEYBYTES = 32;

    /** Bytes of a shared key. */
    public static final int crypto_secretbox_BEFORENMBYTES = 32;

    /** Bytes of a nonce. */
    public static final int crypto_secretbox_NONCEBYTES = 24;

    /** Zero bytes before a plain text. */
    public static final int crypto_secretbox_ZEROBYTES = 32;

    /** Zero bytes before a cipher text. */
    public static final int crypto_secretbox_BOXZEROBYTES = 16;

    private curve25519xsalsa20poly1305() {}

    /** The public key of a secret one. */
    public static int crypto_box_getpublickey(byte[] pk, byte[] sk) {
        return Curve.publicKey(pk, sk);
    }

    /** Makes a key pair. */
    public static int crypto_box_keypair(byte[] pk, byte[] sk) {
        return Curve.keyPair(pk, sk);
    }

    /** The key that two peers share. */
    public static int crypto_box_beforenm(byte[] k, byte[] pk, byte[] sk) {
        return Curve.beforenm(k, pk, sk);
    }

    /** Encrypts with a shared key. */
    public static int crypto_box_afternm(byte[] c, byte[] m, long mlen, byte[] n, byte[] k) {
        return Curve.afternm(c, m, mlen, n, k);
    }

    /** Decrypts with a shared key. */
    public static int crypto_box_open_afternm(byte[] m, byte[] c, long clen, byte[] n, byte[] k) {
        return Curve.openAfternm(m, c, clen, n, k);
    }

    /** Encrypts. */
    public static int crypto_box(byte[] c, byte[] m, long mlen, byte[] n, byte[] pk, byte[] sk) {
        return Curve.box(c, m, mlen, n, pk, sk);
    }

    /** Decrypts. */
    public static int crypto_box_open(byte[] m, byte[] c, long clen, byte[] n, byte[] pk, byte[] sk) {
        return Curve.openBox(m, c, clen, n, pk, sk);
    }
}
