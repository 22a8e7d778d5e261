// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CodecPropertiesTest {

    /** What a decoder may allocate for each byte of input, the worst being empty maps; and for a refusal itself. */
    private static final List<Sender> SENDERS = List.of(Sender.values());

    private static final int ALLOCATED_PER_BYTE = 80;

    private static final int ALLOCATED_ANYWAY = 256 << 10;

    private static final List<Decoded> SOME = RandomMessages.some(300);

    @Provide
    Arbitrary<Decoded> messages() {
        return RandomMessages.messages();
    }

    @Provide
    Arbitrary<Shareable> shareables() {
        return RandomMessages.shareables();
    }

    @Provide
    Arbitrary<Context.Changes> changes() {
        return RandomMessages.changes();
    }

    @Provide
    Arbitrary<Map<String, Context.Property>> contexts() {
        return RandomMessages.contexts();
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void everyMessageIsReadAsItWasWritten(@ForAll("messages") Decoded sent) throws ProtocolException {
        List<ByteBuffer> frames = MessageCodec.encode(sent.envelope(), sent.message());

        Decoded received = MessageCodec.decode(frames, sender(sent));

        assertThat(received).isEqualTo(sent);
        assertThat(MessageCodec.encode(received.envelope(), received.message())).isEqualTo(frames);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void everyTaskIsReadAsItWasWritten(
            @ForAll("shareables") Shareable shareable, @ForAll("contexts") Map<String, Context.Property> properties)
            throws ProtocolException {
        Context context = new Context(new TestEngine(), properties, (name, property) -> {});

        Bodies.TaskBody read = Bodies.readTask(Bodies.task(shareable, context));

        assertThat(read.shareable().headers()).isEqualTo(shareable.headers());
        assertThat(read.shareable().values()).isEqualTo(shareable.values());
        assertThat(read.context()).isEqualTo(properties);
        assertThat(List.copyOf(read.context().keySet())).isEqualTo(List.copyOf(properties.keySet()));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void everyReplyIsReadAsItWasWritten(@ForAll("changes") Context.Changes changes) throws ProtocolException {
        assertThat(Bodies.readChanges(Bodies.changes(changes))).isEqualTo(changes);
        Context.Changes read = Bodies.readReply(Bodies.reply(null, changes)).changes();
        assertThat(read == null ? Context.Changes.NONE : read).isEqualTo(changes);
    }

    @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void damagedFramesAreReadOrRefusedAndNeverCostMuch(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Decoded sent = SOME.get(random.nextInt(SOME.size()));
        List<ByteBuffer> frames = new ArrayList<>();
        MessageCodec.encode(sent.envelope(), sent.message()).forEach(frame -> frames.add(copy(frame)));
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages; i++) {
            damage(frames, random);
        }
        long input = frames.stream().mapToLong(ByteBuffer::remaining).sum();
        Sender sender = random.nextInt(8) == 0 ? SENDERS.get(random.nextInt(SENDERS.size())) : sender(sent);

        long allocated = Allocation.ofSecond(() -> {
            Body body = MessageCodec.decode(frames, sender).message().body();
            return body.isEmpty() ? body : Bodies.readTask(body);
        });

        assertThat(allocated).isLessThan(ALLOCATED_PER_BYTE * input + ALLOCATED_ANYWAY);
    }

    @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void arbitraryBytesAreReadOrRefusedAndNeverCostMuch(@ForAll byte[] bytes, @ForAll Sender sender) throws Exception {
        long header = Allocation.ofSecond(() -> MessageCodec.decode(List.of(ByteBuffer.wrap(bytes)), sender));
        long value = Allocation.ofSecond(
                () -> new ValueReader(new Body(ByteBuffer.wrap(bytes), List.of()), Limits.DEFAULT).value());

        assertThat(Math.max(header, value)).isLessThan(ALLOCATED_PER_BYTE * bytes.length + ALLOCATED_ANYWAY);
    }

    private static Sender sender(Decoded message) {
        if (message.message() instanceof Message.Claim) {
            return Sender.CLAIMANT;
        }
        return message.envelope().rank() == Envelope.PARENT ? Sender.PARENT : Sender.RANK;
    }

    private static ByteBuffer copy(ByteBuffer frame) {
        return ByteBuffer.allocate(frame.remaining()).put(frame.duplicate()).flip();
    }

    private static void damage(List<ByteBuffer> frames, Random random) {
        int index = random.nextInt(frames.size());
        byte[] bytes = frames.get(index).array();
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> frames.set(index, ByteBuffer.wrap(Arrays.copyOf(bytes, at)));
            case 1 -> frames.set(index, ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9))));
            case 2 -> frames.add(index, ByteBuffer.wrap(bytes.clone()));
            case 3 -> {
                if (frames.size() > 1) {
                    frames.remove(index);
                }
            }
            default -> {
                if (bytes.length > 0) {
                    bytes[at] = (byte) random.nextInt(256);
                }
            }
        }
    }
}
