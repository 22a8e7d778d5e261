// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of one part and of several. */
class BlockCopyTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, ValueDigest.BLOCK_BYTES, ValueDigest.BLOCK_BYTES + 1, 20_000_001})
    void copiesAndHashesEachBlockOnce(int size) throws IOException {
        byte[] bytes = new byte[size + 7];
        new Random(5).nextBytes(bytes);
        ByteBuffer value = ByteBuffer.wrap(bytes).position(3).limit(3 + size);
        byte[] copy = new byte[size];

        Digest digest = BlockCopy.copy(
                Bytes.of(value), HashKind.XXH3_128, (at, block) -> block.get(0, copy, (int) at, block.remaining()));

        assertThat(ByteBuffer.wrap(copy)).isEqualTo(value);
        assertThat(value.position()).isEqualTo(3);
        assertThat(digest).isEqualTo(inOnePart(copy));
        assertThat(BlockCopy.digest(Bytes.of(value.asReadOnlyBuffer()), HashKind.XXH3_128))
                .as("of memory without an array")
                .isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20_000_000})
    void aFailureToWriteIsTheCallers(int size) {
        assertThatIOException()
                .isThrownBy(
                        () -> BlockCopy.copy(Bytes.of(ByteBuffer.allocate(size)), HashKind.XXH3_128, (at, block) -> {
                            throw new IOException("no room");
                        }))
                .withMessage("no room");
    }

    /** Its file may be closed then. On one processor there is nobody else. */
    @Test
    void afterAFailureNobodyWritesAnyMore() {
        Thread caller = Thread.currentThread();
        CountDownLatch otherWrites = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        AtomicBoolean isLate = new AtomicBoolean();

        assertThatIOException()
                .isThrownBy(() ->
                        BlockCopy.copy(Bytes.of(ByteBuffer.allocate(20_000_000)), HashKind.XXH3_128, (at, block) -> {
                            if (Thread.currentThread() == caller) {
                                await(otherWrites, 2_000);
                                throw new IOException("no room");
                            }
                            otherWrites.countDown();
                            if (await(returned, 300)) {
                                isLate.set(true);
                            }
                        }));
        returned.countDown();

        assertThat(isLate).as("somebody wrote when the copy had failed").isFalse();
    }

    private static boolean await(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Digest inOnePart(byte[] bytes) {
        ValueDigest digest = new ValueDigest(HashKind.XXH3_128, bytes.length);
        int index = 0;
        do {
            int at = index * ValueDigest.BLOCK_BYTES;
            digest.block(index++, bytes, at, Math.min(ValueDigest.BLOCK_BYTES, bytes.length - at));
        } while (index * ValueDigest.BLOCK_BYTES < bytes.length);
        return digest.finish();
    }
}
