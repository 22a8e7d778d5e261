// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * An array of numbers: element type, shape, and the elements in little-endian order. A received tensor is read-only. Two tensors
 * are equal if type, shape, order and bytes are. One of more than 2^31-9 bytes, which is more than an array of Java holds, is received in
 * several {@link #buffers()}.
 */
public final class Tensor {

    /** How the elements follow each other. */
    public enum Order {
        /** Row-major: the last index runs fastest. */
        C,
        /** Column-major: the first index runs fastest. */
        F
    }

    private final DType dtype;
    private final long[] shape;
    private final Order order;
    private final Bytes data;

    private Tensor(DType dtype, long[] shape, Order order, Bytes data) {
        this.dtype = dtype;
        this.shape = shape.clone();
        this.order = order;
        this.data = data;
    }

    /**
     * A tensor over bytes that are there; they are not copied and must not be changed any more.
     *
     * @param data exactly as many remaining bytes as type and shape ask for, little-endian
     * @throws IllegalArgumentException if shape and bytes do not agree
     */
    public static Tensor of(DType dtype, long[] shape, Order order, ByteBuffer data) {
        return of(dtype, shape, order, List.of(data));
    }

    /**
     * A tensor over bytes that are there, in as many buffers as one likes; they are not copied and must not be changed any more.
     *
     * @param data one behind the other as many remaining bytes as type and shape ask for, little-endian, in each a whole number of elements
     * @throws IllegalArgumentException if shape and bytes do not agree
     */
    public static Tensor of(DType dtype, long[] shape, Order order, List<ByteBuffer> data) {
        long expected = byteSize(dtype, shape);
        Bytes bytes = Bytes.of(data);
        if (expected != bytes.size()) {
            throw new IllegalArgumentException("a tensor of " + dtype.wireName() + Arrays.toString(shape) + " needs "
                    + expected + " bytes, but " + bytes.size() + " were given");
        }
        for (ByteBuffer piece : data) {
            if (piece.remaining() % dtype.itemSize() != 0) {
                throw new IllegalArgumentException("a tensor of " + dtype.wireName() + Arrays.toString(shape)
                        + " has elements of " + dtype.itemSize() + " bytes, but a buffer of " + piece.remaining()
                        + " bytes was given");
            }
        }
        return new Tensor(dtype, shape, order, bytes);
    }

    /** A copy of these numbers as a float32 tensor in C order. */
    public static Tensor ofFloats(float[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return of(DType.FLOAT32, shapeOrLength(shape, values.length), Order.C, bytes);
    }

    /** A copy of these numbers as a float64 tensor in C order. */
    public static Tensor ofDoubles(double[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 8)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return of(DType.FLOAT64, shapeOrLength(shape, values.length), Order.C, bytes);
    }

    /** A copy of these numbers as an int64 tensor in C order. */
    public static Tensor ofLongs(long[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 8)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return of(DType.INT64, shapeOrLength(shape, values.length), Order.C, bytes);
    }

    /**
     * Bytes that a tensor of this type and shape has.
     *
     * @throws IllegalArgumentException if a dimension is negative or the product is over 2^63-1
     */
    public static long byteSize(DType dtype, long[] shape) {
        try {
            long bytes = dtype.itemSize();
            for (long dimension : shape) {
                if (dimension < 0) {
                    throw new IllegalArgumentException("a dimension of " + Arrays.toString(shape) + " is negative");
                }
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException(
                    "a tensor of shape " + Arrays.toString(shape) + " is too large", tooLarge);
        }
    }

    /** Element type. */
    public DType dtype() {
        return dtype;
    }

    /** Length of each dimension; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** How the elements follow each other. */
    public Order order() {
        return order;
    }

    /** Number of elements. */
    public long size() {
        return LongStream.of(shape).reduce(1, Math::multiplyExact);
    }

    /** Number of bytes. */
    public long byteSize() {
        return data.size();
    }

    /**
     * The bytes, read-only, little-endian, with a position of their own; not a copy.
     *
     * @throws IllegalStateException if they are in several {@link #buffers()}, as those of every received tensor of more than 2^31-9 bytes are
     */
    public ByteBuffer buffer() {
        List<ByteBuffer> buffers = buffers();
        if (buffers.size() > 1) {
            throw new IllegalStateException("the tensor " + this + " has " + data.size() + " bytes in " + buffers.size()
                    + " buffers; use buffers() to read them one by one");
        }
        return buffers.get(0);
    }

    /**
     * The bytes, one buffer behind the other, each read-only, little-endian, with a position of its own and whole elements; not a copy. A
     * received tensor of at most 2^31-9 bytes has one, a larger one has buffers of 1 GiB and a last one of at most that.
     */
    public List<ByteBuffer> buffers() {
        return data.pieces().stream()
                .map(piece -> piece.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN))
                .toList();
    }

    /**
     * A view of the float32 elements; not a copy.
     *
     * @throws IllegalStateException if they are of another type, or in several {@link #buffers()}
     */
    public FloatBuffer floats() {
        return expect(DType.FLOAT32).asFloatBuffer();
    }

    /**
     * A view of the float64 elements; not a copy.
     *
     * @throws IllegalStateException if they are of another type, or in several {@link #buffers()}
     */
    public DoubleBuffer doubles() {
        return expect(DType.FLOAT64).asDoubleBuffer();
    }

    /**
     * A view of the int64 elements; not a copy.
     *
     * @throws IllegalStateException if they are of another type, or in several {@link #buffers()}
     */
    public LongBuffer longs() {
        return expect(DType.INT64).asLongBuffer();
    }

    /** A copy of the float32 elements. */
    public float[] toFloatArray() {
        FloatBuffer view = floats();
        float[] values = new float[view.remaining()];
        view.get(values);
        return values;
    }

    /** A copy of the float64 elements. */
    public double[] toDoubleArray() {
        DoubleBuffer view = doubles();
        double[] values = new double[view.remaining()];
        view.get(values);
        return values;
    }

    private ByteBuffer expect(DType expected) {
        if (dtype != expected) {
            throw new IllegalStateException("the tensor holds " + dtype.wireName() + ", not " + expected.wireName());
        }
        return buffer();
    }

    private static long[] shapeOrLength(long[] shape, int length) {
        return shape.length == 0 ? new long[] {length} : shape;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && dtype == that.dtype
                && order == that.order
                && Arrays.equals(shape, that.shape)
                && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return 31 * dtype.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return dtype.wireName() + Arrays.toString(shape);
    }
}
