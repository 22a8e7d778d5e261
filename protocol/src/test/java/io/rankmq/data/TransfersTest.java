// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.DataCodec;
import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rank that pulls a value from a parent whose bytes are not always the right ones; CURVE keeps a test from doing that on a real wire. */
@Timeout(30)
class TransfersTest {
    private static final int CHUNK = 4096;
    private static final int SIZE = 100_000;
    private static final int PIECE = 10_000;
    private static final int BAD = 5 * CHUNK;
    private static final HashKind HASH = HashKind.XXH3_128;
    private static final Envelope RANK = new Envelope("s", 0, 3, Envelope.UNNUMBERED);
    private static final Envelope PARENT = new Envelope("s", 0, Envelope.PARENT, Envelope.UNNUMBERED);

    @TempDir
    Path shared;

    private final byte[] bytes = new byte[SIZE];
    private final Digest digest;
    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
    private final EventLoop loop = EventLoop.start("rank", Ticker.system(), bugs::add);
    private Function<DataMessage.Fetch, DataMessage> parent = this::right;
    private final Transfers transfers =
            new Transfers(loop, RANK, CHUNK, 10_000_000_000L, wire(), (of, at, length) -> null);

    TransfersTest() {
        new Random(4).nextBytes(bytes);
        digest = BlockCopy.digest(Bytes.of(ByteBuffer.wrap(bytes)), HASH);
    }

    @AfterEach
    void closeLoop() {
        loop.close();
        assertThat(bugs).isEmpty();
    }

    @Test
    void aChunkThatIsWrongOnceIsAskedForAgainAlone() throws Exception {
        parent = fetch -> fetch.offset() == BAD && !asked.contains(fetch.offset()) ? damaged(fetch) : right(fetch);

        assertThat(pulled(null)).isEqualTo(Bytes.of(ByteBuffer.wrap(bytes)));
        assertThat(transfers.badChunks()).isEqualTo(1);
        assertThat(asked)
                .containsOnlyOnceElementsOf(
                        asked.stream().filter(offset -> offset != BAD).toList());
        assertThat(asked.stream().filter(offset -> offset == BAD)).hasSize(2);
    }

    @Test
    void aChunkThatStaysWrongIsNamedWithItsValue() {
        parent = fetch -> fetch.offset() == BAD ? damaged(fetch) : right(fetch);

        assertThat(refused(null))
                .isEqualTo("value " + digest + " of " + SIZE + " bytes came wrong again and again at byte " + BAD);
        assertThat(transfers.badChunks()).isEqualTo(3);
    }

    /** Sums say that a chunk is what was sent; only the digest says that it is what was asked for. */
    @Test
    void aValueThatIsNotTheOneOfItsDigestIsNamedAndNobodySeesIt() throws Exception {
        byte[] others = bytes.clone();
        others[BAD]++;
        parent = fetch -> chunk(fetch, others, HashKind.sum(part(fetch, others)));
        String wrong = "value " + digest + " of " + SIZE + " bytes came with other bytes, their digest is "
                + BlockCopy.digest(Bytes.of(ByteBuffer.wrap(others)), HASH);

        assertThat(refused(null)).isEqualTo(wrong);
        try (Store store = Store.open(shared, "s", 0, HASH)) {
            assertThat(refused(store)).isEqualTo(wrong);
            assertThat(filesOfValues()).isEmpty();
        }
        assertThat(transfers.badChunks()).isZero();
    }

    /** What is over 2 GiB, with pieces of 10,000 bytes, so that chunks lie across them. */
    @Test
    void aValueThatIsTooLargeForOneBufferComesIntoPiecesFromPieces() throws Exception {
        DataPlane sender = new DataPlane(HASH, 65_536, null, transfers, PIECE);
        Bytes sent = Bytes.inPieces(SIZE, PIECE, (at, length) -> ByteBuffer.wrap(bytes, (int) at, length));
        sender.publish(new Body(ByteBuffer.wrap(new byte[] {1}), List.of(sent)));
        parent = fetch -> served(sender, fetch);

        try (Store store = Store.open(shared, "s", 0, HASH, PIECE)) {
            for (Bytes came : List.of(pulled(null, PIECE), pulled(store, PIECE))) {
                assertThat(came.pieces()).hasSize(10);
                assertThat(came).isEqualTo(Bytes.of(ByteBuffer.wrap(bytes)));
            }
        }
    }

    private static DataMessage served(DataPlane sender, DataMessage.Fetch fetch) {
        try {
            ByteBuffer part = sender.read(fetch.digest(), fetch.offset(), fetch.length());
            return new DataMessage.Chunk(fetch.digest(), fetch.offset(), HashKind.sum(part), part);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aValueThatIsGoneIsNamedWithTheReason() {
        parent = fetch -> new DataMessage.Gone(digest, "it is not published any more");

        assertThat(refused(null))
                .isEqualTo("value " + digest + " of " + SIZE
                        + " bytes is gone where it came from: it is not published any more");
    }

    private Bytes pulled(@Nullable Store store) throws ProtocolException {
        return pulled(store, Bytes.PIECE_BYTES);
    }

    private Bytes pulled(@Nullable Store store, int piece) throws ProtocolException {
        DataPlane plane = new DataPlane(HASH, 65_536, store, transfers, piece);
        Body body = new Body(ByteBuffer.wrap(new byte[] {1}), List.of(), List.of(new DataRef(digest, SIZE)));
        return plane.resolve(body, Envelope.PARENT, null).attachments().get(0);
    }

    private String refused(@Nullable Store store) {
        ProtocolException refusal = catchThrowableOfType(ProtocolException.class, () -> pulled(store));
        assertThat(refusal.code()).isEqualTo(ErrorCode.DATA_UNAVAILABLE);
        return refusal.getMessage();
    }

    private List<Path> filesOfValues() throws IOException {
        try (Stream<Path> files = Files.walk(shared)) {
            return files.filter(file -> file.getFileName().toString().startsWith(digest.hex())
                            || file.getFileName().toString().endsWith(".part"))
                    .toList();
        }
    }

    private DataMessage right(DataMessage.Fetch fetch) {
        return chunk(fetch, bytes, HashKind.sum(part(fetch, bytes)));
    }

    private DataMessage damaged(DataMessage.Fetch fetch) {
        byte[] others = bytes.clone();
        others[BAD]++;
        return chunk(fetch, others, HashKind.sum(part(fetch, bytes)));
    }

    private DataMessage chunk(DataMessage.Fetch fetch, byte[] of, long sum) {
        return new DataMessage.Chunk(digest, fetch.offset(), sum, part(fetch, of));
    }

    private static ByteBuffer part(DataMessage.Fetch fetch, byte[] of) {
        return ByteBuffer.wrap(of, (int) fetch.offset(), fetch.length()).slice();
    }

    private Transfers.Wire wire() {
        return new Transfers.Wire() {
            @Override
            public boolean send(int peer, List<ByteBuffer> frames) {
                try {
                    DataMessage.Fetch fetch = (DataMessage.Fetch)
                            DataCodec.decode(frames, Sender.RANK).message();
                    List<ByteBuffer> answer = DataCodec.encode(PARENT, parent.apply(fetch));
                    asked.add(fetch.offset());
                    loop.execute(() -> transfers.onMessage(Envelope.PARENT, answer));
                    return true;
                } catch (ProtocolException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void rebuild() {}
        };
    }
}
