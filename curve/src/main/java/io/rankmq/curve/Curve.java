// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

import java.io.IOException;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which implementation this process uses. Chosen once, at the first use: libsodium if it can be loaded, else pure Java with one warning. The
 * property {@code rankmq.curve=java} chooses pure Java without one; {@code rankmq.sodium} names a library to use. Any thread.
 */
public final class Curve {
    private static final String CHOICE_PROPERTY = "rankmq.curve";
    private static final String PURE = "java";
    private static final Logger LOG = LoggerFactory.getLogger(Curve.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private Curve() {}

    /** For people: name, version and origin of the implementation. */
    public static String implementation() {
        return Holder.NACL.name();
    }

    /** Whether it is native code, about ten times as fast as the other. */
    public static boolean isNative() {
        return Holder.NACL instanceof SodiumNaCl;
    }

    /** For jnacl's names only. */
    public static int keyPair(byte[] publicKey, byte[] secretKey) {
        return Holder.NACL.keyPair(publicKey, secretKey);
    }

    /** For jnacl's names only. */
    public static int publicKey(byte[] publicKey, byte[] secretKey) {
        return Holder.NACL.publicKey(publicKey, secretKey);
    }

    /**
     * For jnacl's names only. libsodium refuses public keys such as zero, but JeroMQ does not look: so the shared key is a random one then,
     * and nothing that the peer sends will open.
     */
    public static int beforenm(byte[] shared, byte[] publicKey, byte[] secretKey) {
        int result = Holder.NACL.beforenm(shared, publicKey, secretKey);
        if (result != 0) {
            RANDOM.nextBytes(shared);
        }
        return 0;
    }

    /** For jnacl's names only. */
    public static int afternm(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] shared) {
        return Holder.NACL.afternm(cipher, plain, length, nonce, shared);
    }

    /** For jnacl's names only. */
    public static int openAfternm(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] shared) {
        return length < NaCl.ZERO ? -1 : Holder.NACL.openAfternm(plain, cipher, length, nonce, shared);
    }

    /** For jnacl's names only; a public key such as zero gives random bytes, see {@link #beforenm}. */
    public static int box(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] publicKey, byte[] secretKey) {
        int result = Holder.NACL.box(cipher, plain, length, nonce, publicKey, secretKey);
        if (result != 0) {
            RANDOM.nextBytes(cipher);
        }
        return 0;
    }

    /** For jnacl's names only. */
    public static int openBox(
            byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] publicKey, byte[] secretKey) {
        return length < NaCl.ZERO ? -1 : Holder.NACL.openBox(plain, cipher, length, nonce, publicKey, secretKey);
    }

    /** For jnacl's names only. */
    public static int secretBox(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] key) {
        return Holder.NACL.secretBox(cipher, plain, length, nonce, key);
    }

    /** For jnacl's names only. */
    public static int openSecretBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] key) {
        return length < NaCl.ZERO ? -1 : Holder.NACL.openSecretBox(plain, cipher, length, nonce, key);
    }

    private static final class Holder {
        static final NaCl NACL = choose();

        private static NaCl choose() {
            if (System.getProperty(CHOICE_PROPERTY, "").equals(PURE)) {
                return new PureNaCl();
            }
            try {
                return new SodiumNaCl();
            } catch (IOException | LinkageError | IllegalArgumentException e) {
                LOG.warn(
                        "libsodium cannot be loaded, so CURVE is computed in Java, about ten times slower: {}; install libsodium, or let this"
                                + " process write and execute files in its folder for temporary ones",
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
                return new PureNaCl();
            }
        }
    }
}
