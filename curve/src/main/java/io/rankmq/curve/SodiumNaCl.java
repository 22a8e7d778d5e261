// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

import java.io.IOException;

/** libsodium through JNA. Lengths are checked here, for beyond an array there is only memory. */
final class SodiumNaCl implements NaCl {
    private final String name;

    /**
     * Loads the library.
     *
     * @throws LinkageError or IOException if there is none that works
     */
    SodiumNaCl() throws IOException {
        String where = SodiumLibrary.load();
        name = "libsodium " + SodiumLibrary.sodium_version_string() + ", " + where;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int keyPair(byte[] publicKey, byte[] secretKey) {
        check(publicKey, KEY);
        check(secretKey, KEY);
        return SodiumLibrary.crypto_box_keypair(publicKey, secretKey);
    }

    @Override
    public int publicKey(byte[] publicKey, byte[] secretKey) {
        check(publicKey, KEY);
        check(secretKey, KEY);
        return SodiumLibrary.crypto_scalarmult_base(publicKey, secretKey);
    }

    @Override
    public int beforenm(byte[] shared, byte[] publicKey, byte[] secretKey) {
        check(shared, KEY);
        check(publicKey, KEY);
        check(secretKey, KEY);
        return SodiumLibrary.crypto_box_beforenm(shared, publicKey, secretKey);
    }

    @Override
    public int afternm(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] shared) {
        checkBox(cipher, plain, length, nonce, shared);
        return SodiumLibrary.crypto_box_afternm(cipher, plain, length, nonce, shared);
    }

    @Override
    public int openAfternm(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] shared) {
        checkBox(plain, cipher, length, nonce, shared);
        return SodiumLibrary.crypto_box_open_afternm(plain, cipher, length, nonce, shared);
    }

    @Override
    public int box(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] publicKey, byte[] secretKey) {
        checkBox(cipher, plain, length, nonce, publicKey);
        check(secretKey, KEY);
        return SodiumLibrary.crypto_box(cipher, plain, length, nonce, publicKey, secretKey);
    }

    @Override
    public int openBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] publicKey, byte[] secretKey) {
        checkBox(plain, cipher, length, nonce, publicKey);
        check(secretKey, KEY);
        return SodiumLibrary.crypto_box_open(plain, cipher, length, nonce, publicKey, secretKey);
    }

    @Override
    public int secretBox(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] key) {
        checkBox(cipher, plain, length, nonce, key);
        return SodiumLibrary.crypto_secretbox(cipher, plain, length, nonce, key);
    }

    @Override
    public int openSecretBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] key) {
        checkBox(plain, cipher, length, nonce, key);
        return SodiumLibrary.crypto_secretbox_open(plain, cipher, length, nonce, key);
    }

    private static void checkBox(byte[] to, byte[] from, long length, byte[] nonce, byte[] key) {
        if (length < ZERO || length > from.length || length > to.length) {
            throw new IllegalArgumentException("length " + length + " is not within " + ZERO + " and "
                    + Math.min(from.length, to.length) + ", the shorter of the two arrays");
        }
        check(nonce, NONCE);
        check(key, KEY);
    }

    private static void check(byte[] array, int atLeast) {
        if (array.length < atLeast) {
            throw new IllegalArgumentException(array.length + " bytes were given, expected " + atLeast);
        }
    }
}
