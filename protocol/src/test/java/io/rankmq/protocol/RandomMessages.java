// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Context;
import io.rankmq.api.DType;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Any message, and any body, as a legal sender would send them. */
final class RandomMessages {
    private static final Arbitrary<String> TEXT = Arbitraries.strings()
            .withChars("abcXYZ 09_-.\u0000\n\u00e4\u20ac\ud7ff\ue000\uffff")
            .ofMaxLength(40)
            .map(text -> text.contains("X") ? text + "\uD83D\uDE80" : text);
    private static final Arbitrary<Long> COUNT = Arbitraries.longs().between(0, Limits.MAX_SEQ);
    private static final Arbitrary<Long> NUMBER = Arbitraries.longs().between(1, Limits.MAX_SEQ);
    private static final Arbitrary<Integer> POSITIVE = Arbitraries.integers().greaterOrEqual(1);
    private static final Arbitrary<List<Integer>> REPLY =
            Arbitraries.integers().between(0, 65_535).list().ofMaxSize(20).injectNull(0.3);
    private static final Arbitrary<WireError> ERROR = Combinators.combine(
                    Arbitraries.integers().greaterOrEqual(0), TEXT, TEXT.injectNull(0.5), TEXT.injectNull(0.5))
            .as(WireError::new);
    private static final Arbitrary<WireError> MAYBE_ERROR = ERROR.injectNull(0.5);

    private static final Arbitrary<Object> FLAT = leaves();
    private static final Arbitrary<Object> NESTED = nest(FLAT);
    private static final Arbitrary<Object> DEEP = nest(nest(NESTED));
    private static final Arbitrary<Body> BODY = body();
    private static final Arbitrary<Body> MAYBE_BODY = Arbitraries.oneOf(BODY, Arbitraries.just(Body.NONE));

    private static final Arbitrary<Integer> PORT = Arbitraries.integers().between(1, 65_535);
    private static final Arbitrary<Integer> RANK = Arbitraries.integers().between(0, 65_535);

    private RandomMessages() {}

    static Arbitrary<Decoded> messages() {
        return Arbitraries.oneOf(
                Stream.of(Kind.values()).map(RandomMessages::decoded).toList());
    }

    /** The same messages in every run, for tests that need many and add chance of their own. */
    static List<Decoded> some(int count) {
        Random random = new Random(20_261_122);
        RandomGenerator<Decoded> generator = messages().generator(1000, false);
        return Stream.generate(() -> generator.next(random).value())
                .limit(count)
                .toList();
    }

    private static Arbitrary<Decoded> decoded(Kind kind) {
        return message(kind).flatMap(message -> envelope(message).map(envelope -> new Decoded(envelope, message)));
    }

    private static Arbitrary<Envelope> envelope(Message message) {
        Kind kind = message.kind();
        boolean isOfRank =
                switch (message.kind()) {
                    case ACK -> ((Message.Ack) message).stream() == StreamName.COMMANDS;
                    case RESEND -> ((Message.Resend) message).stream() == StreamName.COMMANDS;
                    default -> kind.isSentBy(Sender.RANK);
                };
        return Combinators.combine(
                        Arbitraries.strings()
                                .withChars("abz019-")
                                .ofMinLength(1)
                                .ofMaxLength(64),
                        Arbitraries.integers().greaterOrEqual(0),
                        isOfRank ? Arbitraries.integers().between(0, 65_535) : Arbitraries.just(Envelope.PARENT),
                        kind.stream() == null ? Arbitraries.just(Envelope.UNNUMBERED) : NUMBER)
                .as(Envelope::new);
    }

    private static Arbitrary<? extends Message> message(Kind kind) {
        Arbitrary<Integer> world = Arbitraries.integers().between(1, 65_536);
        Arbitrary<StreamName> stream = Arbitraries.of(StreamName.values());
        return switch (kind) {
            case INITIALIZE -> BODY.map(Message.Initialize::new);
            case EXECUTE -> Combinators.combine(TEXT, TEXT, REPLY, BODY).as(Message.Execute::new);
            case HANDLE_EVENT -> Combinators.combine(TEXT, REPLY, BODY).as(Message.HandleEvent::new);
            case ABORT -> Combinators.combine(TEXT.injectNull(0.5), TEXT).as(Message.Abort::new);
            case CLOSE ->
                Combinators.combine(Arbitraries.integers().greaterOrEqual(0), TEXT)
                        .as(Message.Close::new);
            case PROBE -> Arbitraries.longs().map(Message.Probe::new);
            case PARENT_HEARTBEAT -> COUNT.map(Message.ParentHeartbeat::new);
            case WELCOME ->
                Combinators.combine(POSITIVE, world, COUNT, POSITIVE, POSITIVE, POSITIVE)
                        .as(Message.Welcome::new);
            case REFUSE -> ERROR.map(Message.Refuse::new);
            case ACK -> Combinators.combine(stream, COUNT).as(Message.Ack::new);
            case RESEND -> Combinators.combine(stream, NUMBER).as(Message.Resend::new);
            case EVENT_REPLY ->
                Combinators.combine(NUMBER, MAYBE_ERROR, MAYBE_BODY).as(Message.EventReply::new);
            case JOIN ->
                Combinators.combine(POSITIVE, POSITIVE, world, COUNT, TEXT, COUNT, TEXT, TEXT)
                        .as(Message.Join::new);
            case ECHO -> Arbitraries.longs().map(Message.Echo::new);
            case RANK_HEARTBEAT -> Combinators.combine(COUNT, COUNT).as(Message.RankHeartbeat::new);
            case INITIALIZED ->
                Combinators.combine(COUNT, MAYBE_ERROR, MAYBE_BODY).as(Message.Initialized::new);
            case RESULT ->
                Combinators.combine(
                                COUNT,
                                TEXT,
                                Arbitraries.of(ReturnCode.class).map(ReturnCode::name),
                                MAYBE_ERROR,
                                MAYBE_BODY)
                        .as(Message.Result::new);
            case EVENT_HANDLED ->
                Combinators.combine(COUNT, NUMBER, MAYBE_ERROR, MAYBE_BODY).as(Message.EventHandled::new);
            case FAILED -> Combinators.combine(COUNT, ERROR).as(Message.Failed::new);
            case LEAVING -> Combinators.combine(COUNT, TEXT).as(Message.Leaving::new);
            case EVENT ->
                Combinators.combine(TEXT, Arbitraries.of(true, false), BODY).as(Message.Event::new);
            case MARK -> COUNT.map(Message.Mark::new);
            case CLAIM ->
                Combinators.combine(Arbitraries.longs(), TEXT, TEXT, PORT, COUNT, TEXT, RANK.injectNull(0.5))
                        .as((nonce, host, address, port, pid, language, slot) ->
                                new Message.Claim(1, 2, nonce, host, address, port, pid, language, slot));
            case CLAIMED ->
                Combinators.combine(Arbitraries.longs(), COUNT, world).as(Message.Claimed::new);
            case ASSIGN ->
                Combinators.combine(Arbitraries.longs(), RANK, world, TEXT, PORT, TEXT, TEXT)
                        .as((nonce, rank, size, address, port, key, secret) ->
                                new Message.Assign(nonce, rank, size, rank, size, rank, address, port, key, secret));
        };
    }

    /** The body of an EXECUTE, whatever the message: the codec of messages does not look into it. */
    private static Arbitrary<Body> body() {
        return Combinators.combine(shareables(), contexts()).as((shareable, context) -> {
            try {
                return Bodies.task(shareable, new Context(new TestEngine(), context, (name, property) -> {}));
            } catch (ProtocolException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }

    static Arbitrary<Shareable> shareables() {
        Arbitrary<Map<String, @Nullable Object>> values = maps(DEEP);
        return Combinators.combine(values, values).as(Shareable::new);
    }

    static Arbitrary<Map<String, Context.Property>> contexts() {
        Arbitrary<Boolean> bool = Arbitraries.of(true, false);
        return Arbitraries.maps(TEXT, Combinators.combine(NESTED, bool, bool).as(Context.Property::new))
                .ofMaxSize(3)
                .map(LinkedHashMap::new);
    }

    static Arbitrary<Context.Changes> changes() {
        return Combinators.combine(contexts(), TEXT.set().ofMaxSize(3))
                .as((set, removed) -> new Context.Changes(set, new LinkedHashSet<>(removed)));
    }

    /** Values as they arrive, so that they equal what they were. */
    private static Arbitrary<Object> leaves() {
        return Arbitraries.oneOf(
                        Arbitraries.longs().map(Object.class::cast),
                        Arbitraries.doubles().map(Object.class::cast),
                        Arbitraries.of(true, false, Double.NaN, Double.NEGATIVE_INFINITY, -0.0, Long.MIN_VALUE),
                        TEXT.map(Object.class::cast),
                        tensors().map(Object.class::cast))
                .injectNull(0.1);
    }

    private static Arbitrary<Object> nest(Arbitrary<Object> inner) {
        return Arbitraries.oneOf(
                inner,
                inner.list().ofMaxSize(3).map(Object.class::cast),
                maps(inner).map(Object.class::cast));
    }

    private static Arbitrary<Map<String, @Nullable Object>> maps(Arbitrary<Object> values) {
        return Arbitraries.maps(TEXT, values).ofMaxSize(3).map(LinkedHashMap::new);
    }

    private static Arbitrary<Tensor> tensors() {
        Arbitrary<List<Integer>> shapes = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(
                        20, Arbitraries.integers().between(0, 4).list().ofMaxSize(3)),
                net.jqwik.api.Tuple.of(
                        1, Arbitraries.integers().between(65_530, 66_000).list().ofSize(1)));
        return Combinators.combine(
                        Arbitraries.of(DType.values()),
                        shapes,
                        Arbitraries.of(Tensor.Order.values()),
                        Arbitraries.integers())
                .as((dtype, shape, order, seed) -> {
                    long[] dimensions =
                            shape.stream().mapToLong(Integer::longValue).toArray();
                    byte[] data = new byte[(int) Tensor.byteSize(dtype, dimensions)];
                    for (int i = 0; i < data.length; i++) {
                        data[i] = (byte) (dtype == DType.BOOL ? (seed + i) & 1 : seed * (i + 1));
                    }
                    return Tensor.of(dtype, dimensions, order, ByteBuffer.wrap(data));
                });
    }
}
