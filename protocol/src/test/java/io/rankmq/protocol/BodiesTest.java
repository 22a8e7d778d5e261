// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.DType;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BodiesTest {
    private final Context context = new TestEngine().newContext();

    /** A user's own record. */
    public record Layer(String name, int width, Tensor weights) {}

    /** Another, with one inside. */
    @SuppressWarnings("ArrayRecordComponent") // users do have them
    public record Model(List<Layer> layers, Map<String, Double> metrics, byte[] checksum) {}

    /** A user's own bean, which can hold itself. */
    public static final class Node {
        private @Nullable Object next;

        public @Nullable Object getNext() {
            return next;
        }
    }

    /** A user's own record whose getter fails. */
    public record Broken(int x) {
        /** Fails. */
        public int getY() {
            if (x > 0) {
                throw new IllegalStateException("not today");
            }
            return 0;
        }
    }

    enum Colour {
        RED
    }

    private @Nullable Object travelled(@Nullable Object value) throws ProtocolException {
        Body body = Bodies.task(new Shareable().put("x", value), context);
        return Bodies.readTask(body).shareable().get("x");
    }

    private ProtocolException refused(@Nullable Object value) {
        return catchThrowableOfType(
                ProtocolException.class, () -> Bodies.task(new Shareable().put("model", value), context));
    }

    @Test
    void valuesArriveAsTheirPlainTypes() throws ProtocolException {
        assertThat(travelled((byte) 5)).isEqualTo(5L);
        assertThat(travelled((short) 5)).isEqualTo(5L);
        assertThat(travelled(BigInteger.valueOf(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
        assertThat(travelled(1.5f)).isEqualTo(1.5);
        assertThat(travelled('c')).isEqualTo("c");
        assertThat(travelled(CharBuffer.wrap("text"))).isEqualTo("text");
        assertThat(travelled(new AtomicReference<>())).isNull();
        assertThat(travelled(Colour.RED)).isEqualTo("RED");
        assertThat(travelled(new int[] {1, 2})).isEqualTo(List.of(1L, 2L));
        assertThat(travelled(new long[] {1, 2})).isEqualTo(List.of(1L, 2L));
        assertThat(travelled(new double[] {1, 2})).isEqualTo(List.of(1.0, 2.0));
        assertThat(travelled(new String[] {"a", null})).isEqualTo(Collections.unmodifiableList(list("a", null)));
        assertThat(travelled(Set.of(1))).isEqualTo(List.of(1L));
        assertThat(travelled(ByteBuffer.wrap(new byte[] {0, 1, 2}).position(1))).isEqualTo(new byte[] {1, 2});
        assertThat(travelled(Map.of("a", Map.of())))
                .isEqualTo(Map.of("a", Map.of()))
                .isInstanceOf(LinkedHashMap.class);
    }

    private static List<@Nullable Object> list(@Nullable Object... elements) {
        List<@Nullable Object> list = new ArrayList<>();
        Collections.addAll(list, elements);
        return list;
    }

    @Test
    void aUsersRecordsArriveAsMapsAndCanBeReadBack() throws ProtocolException {
        Layer layer = new Layer("dense", 3, Tensor.ofFloats(new float[] {1, 2, 3}));
        Model model = new Model(List.of(layer), Map.of("loss", 0.25), new byte[] {7, 8});

        Object plain = travelled(model);
        Model again = Bodies.convert(Objects.requireNonNull(plain), Model.class);

        Map<String, Object> layerAsMap = new LinkedHashMap<>();
        layerAsMap.put("name", "dense");
        layerAsMap.put("width", 3L);
        layerAsMap.put("weights", layer.weights());
        assertThat(((Map<?, ?>) plain).get("layers")).isEqualTo(List.of(layerAsMap));
        assertThat(again.layers()).isEqualTo(model.layers());
        assertThat(again.metrics()).isEqualTo(model.metrics());
        assertThat(again.checksum()).isEqualTo(model.checksum());
    }

    @Test
    void aTensorInsideARecordIsNotCopiedEither() throws Exception {
        Tensor tensor = Tensor.of(DType.UINT8, new long[] {16 << 20}, Tensor.Order.C, ByteBuffer.allocate(16 << 20));
        Shareable shareable = new Shareable().put("layer", new Layer("large", 1, tensor));
        Bodies.task(shareable, context);

        assertThat(Allocation.of(() -> Bodies.task(shareable, context))).isLessThan(1 << 20);
    }

    @Test
    void readingBackTellsWhatDoesNotFitAndWhere() {
        Map<String, Object> plain = Map.of("layers", List.of(Map.of("name", "dense", "width", "wide")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bodies.convert(plain, Model.class))
                .withMessageContaining("layers[0].width")
                .withMessageContaining("cannot be read as Model");
        assertThat((Object) Bodies.convert(plain, Map.class)).isSameAs(plain);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bodies.convert(Map.of("weights", "no tensor"), Layer.class))
                .withMessageContaining("weights");
    }

    @Test
    void whatCannotTravelIsNamedByItsPlace() {
        Map<String, Object> cyclic = new LinkedHashMap<>();
        cyclic.put("self", cyclic);
        Node node = new Node();
        Node second = new Node();
        node.next = second;
        second.next = node;

        says(refused(Map.of("layer1", cyclic)), "values.model.layer1.self.self", "does it contain itself");
        says(refused(new AtomicReference<>(cyclic)), "values.model", "contains itself");
        says(refused(Map.of("layer1", node)), "values.model.layer1.next.next", "cannot travel");
        says(refused(List.of(1, new Broken(1))), "values.model[1].y", "not today");
        says(
                refused(List.of(Map.of("file", new ByteArrayInputStream(new byte[0])))),
                "values.model[0].file",
                "ByteArrayInputStream");
        says(refused(Map.of(1, 2)), "values.model", "expected only text as keys");
        says(refused(new BigDecimal("1.1")), "values.model", "the number 1.1");
        says(refused(BigInteger.TWO.pow(63)), "values.model", "9223372036854775808");
        says(refused("half \uD83D"), "values.model", "surrogate");
        says(refused(new Object()), "values.model", "java.lang.Object");
        says(refused(Map.of("half \uD83D", 1)), "values.model", "surrogate");
    }

    private static void says(ProtocolException refusal, String... parts) {
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_VALUE);
        assertThat(refusal).hasMessageContainingAll(parts);
        assertThat(refusal.getMessage()).hasSizeLessThan(800).doesNotContain("\n");
    }

    @Test
    void aCollectionThatChangesWhileItIsWrittenIsRefused() {
        Map<String, Object> lying = new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public int size() {
                return 2;
            }
        };
        lying.put("one", 1);

        says(refused(lying), "values.model was changed while it was written");
    }

    @Test
    void tooManyOrTooDeepIsRefusedAlsoInWriting() throws ProtocolException {
        Object deep = List.of();
        for (int i = 1; i < 61; i++) {
            deep = List.of(deep);
        }
        assertThat(travelled(deep)).isEqualTo(deep);

        says(refused(List.of(deep)), "nested deeper than 64");
        says(refused(Collections.nCopies(Limits.DEFAULT.elements() + 1, null)), "too many elements");
    }

    @Test
    void aBodyThatIsTooLargeExceedsALimit() {
        String megabyte = "x".repeat(1 << 20);

        assertThat(refused(Collections.nCopies(65, megabyte)).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refused("x".repeat((64 << 20) + 1)).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void aTensorOf32MegabytesIsNotCopiedInWriting() throws Exception {
        Tensor tensor =
                Tensor.of(DType.FLOAT32, new long[] {8 << 20}, Tensor.Order.C, ByteBuffer.allocateDirect(32 << 20));
        Shareable shareable = new Shareable().put("weights", tensor).put("bytes", new byte[16 << 20]);
        Envelope command = new Envelope("s", 0, Envelope.PARENT, 1);

        long allocated = Allocation.of(() ->
                MessageCodec.encode(command, new Message.Execute("t", "n", null, Bodies.task(shareable, context))));

        assertThat(allocated).isLessThan(1 << 20);
    }

    @Test
    void aReceivedTensorIsAReadOnlyViewOfItsFrame() throws ProtocolException {
        byte[] numbers = new byte[80_000];
        Shareable shareable = new Shareable()
                .put("large", Tensor.of(DType.INT64, new long[] {10_000}, Tensor.Order.C, ByteBuffer.wrap(numbers)))
                .put("small", Tensor.ofDoubles(new double[] {1, 2}));
        Body sent = Bodies.task(shareable, context);
        byte[] body = new byte[sent.bytes().remaining()];
        sent.bytes().get(body);
        Shareable received = Bodies.readTask(new Body(ByteBuffer.wrap(body), sent.attachments()))
                .shareable();

        numbers[0] = 42;
        Tensor large = received.get("large", Tensor.class);
        Tensor small = received.get("small", Tensor.class);
        assertThat(large.longs().get(0)).isEqualTo(42);
        assertThat(large.buffer().isReadOnly()).isTrue();
        assertThat(small.buffer().isReadOnly()).isTrue();
        assertThat(small.toDoubleArray()).containsExactly(1, 2);
    }

    @Test
    void whatCannotTravelInAContextIsLeftOutWithItsNameAndCounted() throws ProtocolException {
        Supplier<String> function = () -> "no";
        context.put("first", 1, Context.Mark.STICKY);
        context.put("left out: engine", context.engine());
        context.put("left out: function", function);
        context.put("left out: inside a list", List.of("x", new byte[70_000], Thread.currentThread()));
        context.put("last", new byte[70_000], Context.Mark.PRIVATE, Context.Mark.STICKY);

        Body body = Bodies.context(context);
        Bodies.changes(context.changes());
        Map<String, Context.Property> read = Bodies.readContext(body);

        assertThat(read).containsOnlyKeys("first", "last");
        assertThat(read.get("first")).isEqualTo(new Context.Property(1L, false, true));
        assertThat(body.attachments()).hasSize(1);
        assertThat(Bodies.leftOut())
                .containsEntry("left out: engine", 2L)
                .containsEntry("left out: function", 2L)
                .containsEntry("left out: inside a list", 2L);
    }

    @Test
    void handlesOfThisProcessAreNoValues() {
        assertThat(refused(Thread.currentThread())).isNotNull();
        assertThat(refused(getClass().getClassLoader())).isNotNull();
        assertThat(refused(String.class)).isNotNull();
        assertThat(refused(context)).isNotNull();
        assertThat(refused(List.of(1).iterator())).isNotNull();
        var pool = Executors.newSingleThreadExecutor();
        pool.shutdown();
        assertThat(refused(pool)).hasMessageContaining("belongs to this process");
    }

    @Test
    void manyPropertiesAreCountedAlthoughSomeAreLeftOut() throws ProtocolException {
        for (int i = 0; i < 70_000; i++) {
            context.put("p" + i, i);
        }
        context.put("left out: class", String.class);

        assertThat(Bodies.readContext(Bodies.context(context))).hasSize(70_000);
    }

    @Test
    void aBodyTooLargeIsNotTakenForAPropertyThatCannotTravel() {
        context.put("huge", "x".repeat((64 << 20) + 1));

        assertThat(catchThrowableOfType(ProtocolException.class, () -> Bodies.context(context))
                        .code())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void componentsKeepTheirPathsAndArguments() throws ProtocolException {
        ComponentConfig one =
                ComponentConfig.of("one", "a.One", Map.of("rate", 0.5, "deep", List.of(Map.of("path", "b.Two"))));
        ComponentConfig two = new ComponentConfig("two", Map.of("java", "a.Two", "python", "a.two"), Map.of());

        Bodies.InitializeBody read = Bodies.readInitialize(Bodies.initialize("one", List.of(one, two), context));

        assertThat(read.executor()).isEqualTo("one");
        assertThat(read.components()).containsExactly(one, two);
        assertThat(read.context()).isEmpty();
    }

    @Test
    void noChangesAreNoBody() throws ProtocolException {
        assertThat(Bodies.changes(Context.Changes.NONE).isEmpty()).isTrue();
        assertThat(Bodies.readChanges(Body.NONE)).isEqualTo(Context.Changes.NONE);
        assertThat(Bodies.readReply(Body.NONE)).isEqualTo(new Bodies.ReplyBody(null, null));
        assertThat(Bodies.readReply(Bodies.reply(null, Context.Changes.NONE)))
                .isEqualTo(new Bodies.ReplyBody(null, null));
    }
}
