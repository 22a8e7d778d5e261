// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

/**
 * The functions of NaCl that CURVE needs, in NaCl's padded layout: a plain text begins with 32 zero bytes, a cipher text with 16, and
 * {@code length} counts them. Arrays may be longer than {@code length}. All return 0 for success and -1 for failure, such as a forged
 * or truncated box; then the output is not to be used. Safe for use by many threads.
 */
interface NaCl {
    /** Bytes of a key of any kind. */
    int KEY = 32;

    /** Bytes of a nonce. */
    int NONCE = 24;

    /** Zero bytes before a plain text. */
    int ZERO = 32;

    /** For people: which implementation this is. */
    String name();

    int keyPair(byte[] publicKey, byte[] secretKey);

    int publicKey(byte[] publicKey, byte[] secretKey);

    int beforenm(byte[] shared, byte[] publicKey, byte[] secretKey);

    int afternm(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] shared);

    int openAfternm(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] shared);

    int box(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] publicKey, byte[] secretKey);

    int openBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] publicKey, byte[] secretKey);

    int secretBox(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] key);

    int openSecretBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] key);
}
