// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {

    @Test
    void numbersComeBackAsTheyWereGiven() {
        Tensor floats = Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor doubles = Tensor.ofDoubles(new double[] {0.5});
        Tensor longs = Tensor.ofLongs(new long[] {Long.MIN_VALUE, 7});

        assertThat(floats.shape()).containsExactly(2, 3);
        assertThat(floats.size()).isEqualTo(6);
        assertThat(floats.byteSize()).isEqualTo(24);
        assertThat(floats.order()).isEqualTo(Tensor.Order.C);
        assertThat(floats.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(doubles.shape()).containsExactly(1);
        assertThat(doubles.toDoubleArray()).containsExactly(0.5);
        assertThat(longs.longs().get(0)).isEqualTo(Long.MIN_VALUE);
        assertThat(floats).hasToString("float32[2, 3]");
    }

    @Test
    void bytesAreLittleEndianReadOnlyAndNotCopied() {
        byte[] bytes = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
        Tensor tensor = Tensor.of(
                DType.INT64,
                new long[] {1},
                Tensor.Order.C,
                ByteBuffer.wrap(bytes).position(1).limit(9));

        assertThat(tensor.longs().get(0)).isEqualTo(1);
        bytes[1] = 2;
        assertThat(tensor.longs().get(0)).isEqualTo(2);
        assertThat(tensor.buffer().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> tensor.buffer().put(0, (byte) 1));
    }

    @Test
    void aBufferOfATensorHasAPositionOfItsOwn() {
        Tensor tensor = Tensor.ofLongs(new long[] {1, 2});

        tensor.buffer().getLong();

        assertThat(tensor.buffer().position()).isZero();
    }

    @Test
    void aScalarHasOneElementAndAnEmptyTensorNone() {
        Tensor scalar = Tensor.of(DType.FLOAT64, new long[0], Tensor.Order.C, ByteBuffer.allocate(8));
        Tensor empty = Tensor.of(DType.FLOAT64, new long[] {3, 0}, Tensor.Order.F, ByteBuffer.allocate(0));

        assertThat(scalar.size()).isEqualTo(1);
        assertThat(empty.size()).isZero();
    }

    @Test
    void shapeAndBytesMustAgree() {
        refused("needs 8 bytes, but 7 were given", 7, 2);
        refused("needs 8 bytes, but 9 were given", 9, 2);
        refused("is negative", 4, -1);
        refused("is too large", 0, 1L << 40, 1L << 40);
        assertThatIllegalArgumentException().isThrownBy(() -> Tensor.ofFloats(new float[] {1, 2}, 3));
    }

    private static void refused(String why, int bytes, long... shape) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(DType.FLOAT32, shape, Tensor.Order.C, ByteBuffer.allocate(bytes)))
                .withMessageContaining(why);
    }

    @Test
    void aViewOfAnotherTypeIsRefused() {
        Tensor floats = Tensor.ofFloats(new float[] {1});

        assertThatIllegalStateException()
                .isThrownBy(floats::doubles)
                .withMessage("the tensor holds float32, not float64");
        assertThatIllegalStateException().isThrownBy(floats::longs);
        assertThatIllegalStateException().isThrownBy(Tensor.ofLongs(new long[] {1})::toFloatArray);
    }

    @Test
    void tensorsAreEqualIfTypeShapeOrderAndBytesAre() {
        Tensor tensor = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);

        assertThat(tensor)
                .isEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2))
                .hasSameHashCodeAs(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2))
                .isNotEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 5}, 2, 2))
                .isNotEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 4))
                .isNotEqualTo(Tensor.of(DType.INT32, new long[] {2, 2}, Tensor.Order.C, tensor.buffer()))
                .isNotEqualTo(Tensor.of(DType.FLOAT32, new long[] {2, 2}, Tensor.Order.F, tensor.buffer()));
    }

    /** As one of more than 2 GiB is. */
    @Test
    void aTensorInSeveralBuffersIsReadOneByOne() {
        long[] shape = {3};
        Tensor whole = Tensor.ofFloats(new float[] {1, 2, 3});
        ByteBuffer bytes = whole.buffer();
        Tensor cut = Tensor.of(
                DType.FLOAT32,
                shape,
                Tensor.Order.C,
                List.of(bytes.slice(0, 8), ByteBuffer.allocate(0), bytes.slice(8, 4)));

        assertThat(cut.byteSize()).isEqualTo(12);
        assertThat(cut.buffers()).extracting(ByteBuffer::remaining).containsExactly(8, 4);
        assertThat(cut.buffers())
                .allSatisfy(buffer -> assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN))
                .allSatisfy(buffer -> assertThat(buffer.isReadOnly()).isTrue());
        assertThat(cut.buffers().get(1).getFloat(0)).isEqualTo(3);
        assertThat(cut).isEqualTo(whole).hasSameHashCodeAs(whole).isNotEqualTo(Tensor.ofFloats(new float[] {1, 2, 4}));
        assertThat(whole.buffers()).containsExactly(bytes);
        assertThatIllegalStateException()
                .isThrownBy(cut::floats)
                .withMessage("the tensor float32[3] has 12 bytes in 2 buffers; use buffers() to read them one by one");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Tensor.of(DType.FLOAT32, shape, Tensor.Order.C, List.of(bytes.slice(0, 6), bytes.slice(6, 6))))
                .withMessage("a tensor of float32[3] has elements of 4 bytes, but a buffer of 6 bytes was given");
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeIsFoundByItsNameOnTheWire(DType type) {
        assertThat(DType.ofWireName(type.wireName())).isSameAs(type);
        assertThat(DType.ofWireName(type.name())).isNull();
    }
}
