// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * An array of numbers: element type, shape, and the elements in little-endian order. A received tensor is read-only. Two tensors
 * are equal if type, shape, order and bytes are.
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
    private final ByteBuffer data;

    private Tensor(DType dtype, long[] shape, Order order, ByteBuffer data) {
        this.dtype = dtype;
        this.shape = shape.clone();
        this.order = order;
        this.data = data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A tensor over bytes that are there; they are not copied and must not be changed any more.
     *
     * @param data exactly as many remaining bytes as type and shape ask for, little-endian
     * @throws IllegalArgumentException if shape and bytes do not agree
     */
    public static Tensor of(DType dtype, long[] shape, Order order, ByteBuffer data) {
        long expected = byteSize(dtype, shape);
        if (expected != data.remaining()) {
            throw new IllegalArgumentException("a tensor of " + dtype.wireName() + Arrays.toString(shape) + " needs "
                    + expected + " bytes, but " + data.remaining() + " were given");
        }
        return new Tensor(dtype, shape, order, data.slice());
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
    public int byteSize() {
        return data.remaining();
    }

    /** The bytes, read-only, little-endian, with a position of their own; not a copy. */
    public ByteBuffer buffer() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A view of the float32 elements; not a copy. */
    public FloatBuffer floats() {
        return expect(DType.FLOAT32).asFloatBuffer();
    }

    /** A view of the float64 elements; not a copy. */
    public DoubleBuffer doubles() {
        return expect(DType.FLOAT64).asDoubleBuffer();
    }

    /** A view of the int64 elements; not a copy. */
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
