// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.DType;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.data.DataPlane;
import io.rankmq.data.HashKind;
import io.rankmq.data.Remote;
import io.rankmq.data.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a tensor of 64 MiB is copied on its way from one task's data to another's, counted in what the heap gives for it. */
class LargeValueCopiesTest {
    private static final int SIZE = 64 << 20;
    private static final int CHUNK = 262_144;

    /** A block of 1 MiB for each processor that makes a digest, headers, and what the first use of a class costs. */
    private static final long BESIDE = (4L + Runtime.getRuntime().availableProcessors()) << 20;

    @TempDir
    Path shared;

    private final Tensor tensor = Tensor.of(DType.UINT8, new long[] {SIZE}, Tensor.Order.C, ByteBuffer.allocate(SIZE));
    private final DataPlane sender = new DataPlane(HashKind.XXH3_128, Limits.INLINE_BYTES, null, nobody());
    private final List<Body> made = new ArrayList<>();
    private final List<Shareable> read = new ArrayList<>();

    @Test
    void inMessagesOneCopyIsMadeByWhoReceives() throws Exception {
        List<ByteBuffer> frames = new ArrayList<>();
        Envelope command = new Envelope("s", 0, Envelope.PARENT, 1);
        long encoding = Allocation.everywhere(
                () -> frames.addAll(MessageCodec.encode(command, new Message.Execute("t", "n", null, task()))));
        long decoding = Allocation.everywhere(() -> read.add(
                readTask(MessageCodec.decode(frames, Sender.PARENT).message().body())));

        assertThat(encoding).as("without a copy").isLessThan(BESIDE);
        assertThat(decoding).as("one copy").isBetween((long) SIZE, SIZE + BESIDE);
        assertThat(read.get(0).get("w")).isEqualTo(tensor);
    }

    @Test
    void inChunksOneCopyIsMadeByWhoReceives() throws Exception {
        long encoding =
                Allocation.everywhere(() -> made.add(sender.publish(task()).body()));
        DataPlane receiver = new DataPlane(HashKind.XXH3_128, Limits.INLINE_BYTES, null, chunks());
        long decoding =
                Allocation.everywhere(() -> read.add(readTask(receiver.resolve(made.get(0), Envelope.PARENT, null))));

        assertThat(encoding).as("without a copy").isLessThan(BESIDE);
        assertThat(decoding).as("one copy").isBetween((long) SIZE, SIZE + BESIDE);
        assertThat(read.get(0).get("w")).isEqualTo(tensor);
    }

    @Test
    void inSharedMemoryOneCopyIsMadeByWhoSends() throws Exception {
        try (Store store = Store.open(shared, "s", 0, HashKind.XXH3_128)) {
            DataPlane both = new DataPlane(HashKind.XXH3_128, Limits.INLINE_BYTES, store, nobody());
            long encoding =
                    Allocation.everywhere(() -> made.add(both.publish(task()).body()));
            long decoding =
                    Allocation.everywhere(() -> read.add(readTask(both.resolve(made.get(0), Envelope.PARENT, null))));

            assertThat(store.written()).as("one copy, in shared memory").isEqualTo(SIZE);
            assertThat(encoding).as("and none beside it").isLessThan(BESIDE);
            assertThat(decoding).as("nor in reading").isLessThan(BESIDE);
            assertThat(read.get(0).get("w")).isEqualTo(tensor);
        }
    }

    private Body task() throws ProtocolException {
        return Bodies.task(new Shareable().put("w", tensor), new TestEngine().newContext());
    }

    private static Shareable readTask(Body body) throws ProtocolException {
        return Bodies.readTask(body).shareable();
    }

    /** Brings what the sender has published, chunk by chunk. */
    private Remote chunks() {
        return (value, from, sink, abort) -> {
            try {
                for (long at = 0; at < value.size(); at += CHUNK) {
                    sink.write(at, sender.read(value.digest(), at, (int) Math.min(CHUNK, value.size() - at)));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
    }

    private static Remote nobody() {
        return (value, from, sink, abort) -> {
            throw new AssertionError("nobody is asked for " + value);
        };
    }
}
