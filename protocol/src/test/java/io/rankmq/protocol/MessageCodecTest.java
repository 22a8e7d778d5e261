// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rankmq.api.DType;
import io.rankmq.api.Tensor;
import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
    private static final Envelope PARENT = new Envelope("s", 0, Envelope.PARENT, Envelope.UNNUMBERED);
    private static final Envelope COMMAND = new Envelope("s", 0, Envelope.PARENT, 5);
    private static final Envelope RANK = new Envelope("s", 0, 1, Envelope.UNNUMBERED);

    @Test
    void aHeartbeatIsTheseBytes() {
        List<ByteBuffer> frames = MessageCodec.encode(RANK, new Message.RankHeartbeat(300, 2));

        String expected = "87" + "a176" + "01" + text("kind") + text("HEARTBEAT") + text("session") + text("s")
                + text("incarnation") + "00" + text("rank") + "01" + text("applied") + "cd012c" + text("newest") + "02";
        assertThat(frames).containsExactly(ByteBuffer.wrap(HexFormat.of().parseHex(expected)));
    }

    @Test
    void aBodyIsCutIntoViewsNotCopies() {
        byte[] body = new byte[Limits.FRAME_BYTES + 10];
        byte[] attachment = new byte[2 * Limits.FRAME_BYTES];
        Message message =
                new Message.Initialize(new Body(ByteBuffer.wrap(body), List.of(Bytes.of(ByteBuffer.wrap(attachment)))));

        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, message);

        assertThat(frames.subList(1, 5))
                .extracting(ByteBuffer::remaining)
                .containsExactly(524_288, 10, 524_288, 524_288);
        body[Limits.FRAME_BYTES] = 1;
        attachment[Limits.FRAME_BYTES - 1] = 2;
        assertThat(frames.get(2).get(0)).isEqualTo((byte) 1);
        assertThat(frames.get(3).get(Limits.FRAME_BYTES - 1)).isEqualTo((byte) 2);
    }

    @Test
    void neitherWayMovesThePositionOfABuffer() throws ProtocolException {
        ByteBuffer bytes =
                ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}).position(1).limit(4);
        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, new Message.Initialize(new Body(bytes, List.of())));
        Decoded decoded = MessageCodec.decode(frames, Sender.PARENT);

        assertThat(bytes.position()).isEqualTo(1);
        assertThat(frames.get(1)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(decoded.message().body().bytes()).isEqualTo(bytes);
        assertThat(frames).allSatisfy(frame -> assertThat(frame.position()).isZero());
    }

    @Test
    void directAndReadOnlyBuffersAreReadLikeOthers() throws ProtocolException {
        Message message = new Message.Probe(7);
        ByteBuffer header = MessageCodec.encode(PARENT, message).get(0);
        ByteBuffer direct = ByteBuffer.allocateDirect(header.remaining());
        direct.put(header.duplicate()).flip();

        assertThat(MessageCodec.decode(List.of(direct), Sender.PARENT)).isEqualTo(new Decoded(PARENT, message));
        assertThat(MessageCodec.decode(List.of(header.asReadOnlyBuffer()), Sender.PARENT))
                .isEqualTo(new Decoded(PARENT, message));
    }

    @Test
    void anAttachmentOfSeveralFramesIsPutTogetherOnceAndOnlyWhenAskedFor() throws Exception {
        byte[] large = new byte[32 << 20];
        large[large.length - 1] = 5;
        Body body = new Body(ByteBuffer.wrap(new byte[] {1}), List.of(Bytes.of(ByteBuffer.wrap(large))));
        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, new Message.Initialize(body));
        List<Decoded> decoded = new ArrayList<>();

        long decoding = Allocation.of(() -> decoded.add(MessageCodec.decode(frames, Sender.PARENT)));
        Body received = decoded.get(0).message().body();
        long asking = Allocation.of(
                () -> received.size() + received.attachments().get(0).size());
        long askingAgain = Allocation.of(() -> received.attachments().get(0));

        assertThat(received).isEqualTo(body);
        assertThat(received.size()).isEqualTo(1 + large.length);
        assertThat(decoding).isLessThan(1 << 20);
        assertThat(asking).isBetween(32L << 20, 33L << 20);
        assertThat(askingAgain).isLessThan(1 << 16);
    }

    @Test
    void lowerLimitsThanTheProtocolsAreKept() {
        Limits small = new Limits(10, 1, 70_000, 75_000, 64, 100, 1, 1, 1);

        assertThat(refusal(small, 11)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refusal(small, 1, 70_001)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refusal(small, 1, 66_000, 66_000)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        Limits smaller = new Limits(10, 1, 70_000, 69_000, 64, 100, 1, 1, 1);
        assertThat(refusal(smaller, 10, 69_000)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void whatIsTooLargeForAMessageMayBeReferredToOnly() throws ProtocolException {
        Limits small = new Limits(10, 1, 70_000, 75_000, 64, 100, 1, 1, 1);
        Bytes part = Bytes.of(ByteBuffer.allocate(70_000));
        Body fits = new Body(ByteBuffer.allocate(1), List.of(part));

        assertThat(fits.withinMessage(small)).isSameAs(fits);
        refusedBody(small, "a tensor or byte array of 70001 bytes", Bytes.of(ByteBuffer.allocate(70_001)));
        refusedBody(small, "values of 140001 bytes", part, part);
        Body refers = fits.referring(List.of(new DataRef(Digest.of(new byte[16]), 1L << 40)));
        assertThat(refers.withinMessage(small)).isSameAs(refers);
    }

    private static void refusedBody(Limits limits, String what, Bytes... parts) {
        Body body = new Body(ByteBuffer.allocate(1), List.of(parts));
        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> body.withinMessage(limits));
        assertThat(refused.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refused).hasMessageStartingWith(what + " cannot travel in a message");
    }

    @Test
    void aByteArrayThatJavaCannotHoldIsRefusedInOneSentence() throws ProtocolException {
        Limits small = new Limits(1000, 10, 70_000, 1L << 30, 64, 100, 1, 1, 1);
        ValueWriter out = new ValueWriter(Limits.DEFAULT);
        out.value(new byte[70_001]);
        Body body = out.toBody();

        assertThat(catchThrowableOfType(ProtocolException.class, () -> new ValueReader(body, small).value()))
                .hasMessage("a byte array of 70001 bytes came, Java has at most 70000; send it as a tensor");
        assertThat(new ValueReader(body, Limits.DEFAULT).value()).isEqualTo(new byte[70_001]);
    }

    @Test
    void aTensorInSeveralBuffersTravelsInAMessageToo() throws ProtocolException {
        byte[] bytes = new byte[2 * Limits.FRAME_BYTES];
        bytes[Limits.FRAME_BYTES] = 1;
        Tensor tensor = Tensor.of(
                DType.BOOL,
                new long[] {bytes.length},
                Tensor.Order.C,
                List.of(ByteBuffer.wrap(bytes, 0, 600_000), ByteBuffer.wrap(bytes, 600_000, bytes.length - 600_000)));
        ValueWriter out = new ValueWriter(Limits.DEFAULT);
        out.value(tensor);
        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, new Message.Initialize(out.toBody()));
        Body received = MessageCodec.decode(frames, Sender.PARENT).message().body();

        assertThat(new ValueReader(received, Limits.DEFAULT).value()).isEqualTo(tensor);
    }

    private static ErrorCode refusal(Limits limits, int body, int... attachments) {
        List<Bytes> parts = new ArrayList<>();
        for (int attachment : attachments) {
            parts.add(Bytes.of(ByteBuffer.allocate(attachment)));
        }
        Message message = new Message.Initialize(new Body(ByteBuffer.allocate(body), parts));
        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, message);
        return catchThrowableOfType(ProtocolException.class, () -> MessageCodec.decode(frames, Sender.PARENT, limits))
                .code();
    }

    @Test
    void whatNoReaderWouldTakeIsNotWritten() {
        Message heartbeat = new Message.ParentHeartbeat(1);
        refused(COMMAND, heartbeat);
        refused(RANK, heartbeat);
        refused(new Envelope("S", 0, Envelope.PARENT, 0), heartbeat);
        refused(new Envelope("s", -1, Envelope.PARENT, 0), heartbeat);
        refused(PARENT, new Message.Abort(null, "unnumbered"));
        refused(COMMAND, new Message.Initialize(Body.NONE));
        refused(new Envelope("s", 0, 65_536, 0), new Message.Mark(1));
        refused(new Envelope("s", 0, -2, 0), new Message.Mark(1));
    }

    private static void refused(Envelope envelope, Message message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageCodec.encode(envelope, message))
                .withMessageContaining(message.kind().name());
    }

    @Test
    void namesThatAreTooLongAreRefusedWhereTheyAreGiven() {
        String tooLong = "x".repeat(4097);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Message.Execute("t", tooLong, null, Body.NONE))
                .withMessageContaining("name has 4097 characters");
        assertThatIllegalArgumentException().isThrownBy(() -> new Message.Execute(tooLong, "n", null, Body.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> new Message.HandleEvent(tooLong, null, Body.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> new Message.Event(tooLong, true, Body.NONE));
    }

    @Test
    void freeTextsAreCutToWhatMayTravel() throws ProtocolException {
        String rocket = "\uD83D\uDE80";
        WireError error = new WireError(30, rocket.repeat(5000), "T".repeat(5000), "old" + rocket.repeat(16_384));
        assertThat(error.message()).isEqualTo(rocket.repeat(4096));
        assertThat(error.type()).hasSize(4096);
        assertThat(error.trace()).isEqualTo(rocket.repeat(16_384));

        Message leaving = new Message.Failed(0, error);
        Envelope report = new Envelope("s", 0, 1, 1);
        assertThat(MessageCodec.decode(MessageCodec.encode(report, leaving), Sender.RANK)
                        .message())
                .isEqualTo(leaving);
        assertThat(new Message.Abort(null, "r".repeat(5000)).reason()).hasSize(4096);
        assertThat(new Message.Close(1, "r".repeat(5000)).reason()).hasSize(4096);
        assertThat(new Message.Leaving(1, "r".repeat(5000)).reason()).hasSize(4096);
        assertThat(new Message.Join(1, 1, 1, 0, "h".repeat(5000), 1, "java", "r".repeat(5000)))
                .isEqualTo(new Message.Join(1, 1, 1, 0, "h".repeat(4096), 1, "java", "r".repeat(4096)));
    }

    @Test
    void halfASurrogatePairInAHeaderBecomesAQuestionMark() throws ProtocolException {
        List<ByteBuffer> frames = MessageCodec.encode(COMMAND, new Message.Abort(null, "half \uD83D"));

        assertThat(MessageCodec.decode(frames, Sender.PARENT).message()).isEqualTo(new Message.Abort(null, "half ?"));
    }

    @Test
    void everyErrorCodeIsFoundByItsNumber() {
        assertThat(ErrorCode.values())
                .allSatisfy(
                        code -> assertThat(ErrorCode.ofNumber(code.number())).isSameAs(code));
        assertThat(ErrorCode.ofNumber(999)).isSameAs(ErrorCode.UNKNOWN);
        assertThat(new ProtocolException(ErrorCode.FORBIDDEN, "no").toWireError())
                .isEqualTo(new WireError(5, "no", null, null));
    }

    private static String text(String text) {
        return HexFormat.of().toHexDigits((byte) (0xa0 | text.length()))
                + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }
}
