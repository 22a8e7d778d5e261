// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305;
import com.neilalexander.jnacl.crypto.xsalsa20poly1305;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** libsodium against jnacl, both ways, with random input. */
class NaClTest {
    private static final int ROUNDS = 200;
    private static final int BOX_ZERO = 16;

    private final Random random = new Random(20261123);
    private final NaCl pure = new PureNaCl();
    private final NaCl sodium = sodium();

    private static NaCl sodium() {
        try {
            return new SodiumNaCl();
        } catch (IOException e) {
            throw new AssertionError("this platform has a bundled libsodium", e);
        }
    }

    @Test
    void thisPlatformUsesTheBundledLibrary() {
        assertThat(Curve.isNative()).isTrue();
        assertThat(Curve.implementation()).startsWith("libsodium 1.").endsWith("bundled");
    }

    @Test
    void bothDeriveTheSameKeys() {
        for (int i = 0; i < 30; i++) {
            byte[] secret = bytes(NaCl.KEY);
            byte[] byPure = new byte[NaCl.KEY];
            byte[] bySodium = new byte[NaCl.KEY];
            pure.publicKey(byPure, secret);
            sodium.publicKey(bySodium, secret);
            assertThat(bySodium).isEqualTo(byPure);

            byte[] otherSecret = bytes(NaCl.KEY);
            byte[] shared = new byte[NaCl.KEY];
            byte[] sameShared = new byte[NaCl.KEY];
            byte[] otherPublic = new byte[NaCl.KEY];
            sodium.publicKey(otherPublic, otherSecret);
            pure.beforenm(shared, otherPublic, secret);
            sodium.beforenm(sameShared, bySodium, otherSecret);
            assertThat(sameShared).isEqualTo(shared);
        }
    }

    @Test
    void eachOpensWhatTheOtherClosed() {
        for (int i = 0; i < ROUNDS; i++) {
            byte[] key = bytes(NaCl.KEY);
            byte[] nonce = bytes(NaCl.NONCE);
            byte[] plain = plain(random.nextInt(3000));
            byte[] byPure = new byte[plain.length];
            byte[] bySodium = new byte[plain.length];
            assertThat(pure.afternm(byPure, plain, plain.length, nonce, key)).isZero();
            assertThat(sodium.afternm(bySodium, plain, plain.length, nonce, key))
                    .isZero();
            assertThat(bySodium).isEqualTo(byPure);
            byte[] opened = new byte[plain.length];
            assertThat(sodium.openAfternm(opened, byPure, plain.length, nonce, key))
                    .isZero();
            assertThat(opened).isEqualTo(plain);
            assertThat(pure.openAfternm(opened, bySodium, plain.length, nonce, key))
                    .isZero();

            pure.secretBox(byPure, plain, plain.length, nonce, key);
            sodium.secretBox(bySodium, plain, plain.length, nonce, key);
            assertThat(bySodium).isEqualTo(byPure);
            assertThat(sodium.openSecretBox(opened, byPure, plain.length, nonce, key))
                    .isZero();
            assertThat(opened).isEqualTo(plain);
        }
    }

    @Test
    void publicKeyBoxesAgree() {
        byte[][] mine = pair(pure);
        byte[][] theirs = pair(sodium);
        byte[] nonce = bytes(NaCl.NONCE);
        byte[] plain = plain(500);
        byte[] cipher = new byte[plain.length];
        byte[] opened = new byte[plain.length];
        sodium.box(cipher, plain, plain.length, nonce, theirs[0], mine[1]);
        assertThat(pure.openBox(opened, cipher, plain.length, nonce, mine[0], theirs[1]))
                .isZero();
        assertThat(opened).isEqualTo(plain);
        pure.box(cipher, plain, plain.length, nonce, theirs[0], mine[1]);
        assertThat(sodium.openBox(opened, cipher, plain.length, nonce, mine[0], theirs[1]))
                .isZero();
        assertThat(opened).isEqualTo(plain);
    }

    @Test
    void aForgedOrTruncatedBoxIsRefused() {
        byte[] key = bytes(NaCl.KEY);
        byte[] nonce = bytes(NaCl.NONCE);
        byte[] plain = plain(100);
        byte[] cipher = new byte[plain.length];
        curve25519xsalsa20poly1305.crypto_box_afternm(cipher, plain, plain.length, nonce, key);
        byte[] opened = new byte[plain.length];
        for (int i = BOX_ZERO; i < cipher.length; i++) {
            byte[] forged = cipher.clone();
            forged[i] ^= 1;
            assertThat(curve25519xsalsa20poly1305.crypto_box_open_afternm(opened, forged, forged.length, nonce, key))
                    .isEqualTo(-1);
        }
        for (int length = 0; length < cipher.length; length++) {
            assertThat(curve25519xsalsa20poly1305.crypto_box_open_afternm(opened, cipher, length, nonce, key))
                    .isEqualTo(-1);
            assertThat(xsalsa20poly1305.crypto_secretbox_open(opened, cipher, length, nonce, key))
                    .isEqualTo(-1);
        }
    }

    @Test
    void aPublicKeyOfZeroGivesAKeyThatNobodyKnows() {
        byte[] secret = bytes(NaCl.KEY);
        byte[] first = new byte[NaCl.KEY];
        byte[] second = new byte[NaCl.KEY];
        assertThat(sodium.beforenm(first, new byte[NaCl.KEY], secret)).isEqualTo(-1);
        assertThat(curve25519xsalsa20poly1305.crypto_box_beforenm(first, new byte[NaCl.KEY], secret))
                .isZero();
        curve25519xsalsa20poly1305.crypto_box_beforenm(second, new byte[NaCl.KEY], secret);
        assertThat(first).isNotEqualTo(new byte[NaCl.KEY]).isNotEqualTo(second);
    }

    @Test
    void memoryBeyondAnArrayIsOutOfReach() {
        byte[] small = new byte[40];
        byte[] key = bytes(NaCl.KEY);
        byte[] nonce = bytes(NaCl.NONCE);
        assertThatThrownBy(() -> sodium.afternm(small, new byte[100], 100, nonce, key))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sodium.openAfternm(new byte[100], small, 100, nonce, key))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sodium.afternm(small, small, 40, new byte[23], key))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sodium.afternm(small, small, 40, nonce, new byte[31]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private byte[][] pair(NaCl nacl) {
        byte[][] pair = {new byte[NaCl.KEY], new byte[NaCl.KEY]};
        assertThat(nacl.keyPair(pair[0], pair[1])).isZero();
        return pair;
    }

    private byte[] plain(int length) {
        byte[] plain = bytes(NaCl.ZERO + length);
        Arrays.fill(plain, 0, NaCl.ZERO, (byte) 0);
        return plain;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
