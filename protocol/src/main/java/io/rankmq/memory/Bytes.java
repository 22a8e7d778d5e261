// SPDX-License-Identifier: Apache-2.0
package io.rankmq.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes of any length, as pieces that are one behind the other; a buffer of Java ends at 2^31-1. Views of memory that is not copied. Two are
 * equal if their bytes are, wherever they are cut. Safe for use by many threads as far as the memory is.
 */
public final class Bytes {

    /** Bytes of a piece of memory that is too large for one: whole blocks and whole elements of every type. */
    public static final int PIECE_BYTES = 1 << 30;

    private final List<ByteBuffer> pieces;

    /** Where each piece begins. */
    private final long[] starts;

    private final long size;

    private Bytes(List<ByteBuffer> pieces) {
        this.pieces = pieces;
        starts = new long[pieces.size()];
        long end = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = end;
            end += pieces.get(i).remaining();
        }
        size = end;
    }

    /** Where the pieces of a value come from. */
    public interface Memory<E extends Exception> {
        /** The memory of these bytes of the value. */
        ByteBuffer at(long offset, int length) throws E;
    }

    /** All remaining bytes of a buffer. */
    public static Bytes of(ByteBuffer whole) {
        return new Bytes(List.of(whole.slice()));
    }

    /** All remaining bytes of these buffers. */
    public static Bytes of(List<ByteBuffer> buffers) {
        if (buffers.size() == 1) {
            return of(buffers.get(0));
        }
        List<ByteBuffer> pieces = new ArrayList<>(buffers.size());
        for (ByteBuffer buffer : buffers) {
            if (buffer.hasRemaining()) {
                pieces.add(buffer.slice());
            }
        }
        return pieces.isEmpty() ? of(ByteBuffer.allocate(0)) : new Bytes(pieces);
    }

    /**
     * One buffer if an array of Java could hold it, else pieces of {@code piece} bytes and a shorter one.
     *
     * @param piece {@link #PIECE_BYTES}; less in tests, where as much less counts as too large for one buffer
     */
    public static <E extends Exception> Bytes inPieces(long size, int piece, Memory<E> memory) throws E {
        long atMost = 2L * piece - 9;
        List<ByteBuffer> pieces = new ArrayList<>();
        long at = 0;
        do {
            int length = (int) (size <= atMost ? size : Math.min(piece, size - at));
            pieces.add(memory.at(at, length));
            at += length;
        } while (at < size);
        return of(pieces);
    }

    /** Number of bytes. */
    public long size() {
        return size;
    }

    /** The pieces, none of them empty if there are several, with positions of their own. */
    public List<ByteBuffer> pieces() {
        // A message may hold thousands of small values, so the usual case costs no stream.
        return pieces.size() == 1
                ? List.of(pieces.get(0).duplicate())
                : pieces.stream().map(ByteBuffer::duplicate).toList();
    }

    /** Some of the bytes: a view, or a copy if they are in several pieces. */
    public ByteBuffer read(long offset, int length) {
        int index = piece(offset, length);
        int at = (int) (offset - starts[index]);
        if (length <= pieces.get(index).limit() - at) {
            return pieces.get(index).slice(at, length);
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        while (copy.hasRemaining()) {
            ByteBuffer from = pieces.get(index++);
            copy.put(from.slice(at, Math.min(copy.remaining(), from.limit() - at)));
            at = 0;
        }
        return copy.flip();
    }

    /** Writes all remaining bytes of a buffer to memory that may be written to. */
    public void write(long offset, ByteBuffer bytes) {
        int index = piece(offset, bytes.remaining());
        int at = (int) (offset - starts[index]);
        while (bytes.hasRemaining()) {
            ByteBuffer to = pieces.get(index++);
            int length = Math.min(bytes.remaining(), to.limit() - at);
            to.put(at, bytes, bytes.position(), length);
            bytes.position(bytes.position() + length);
            at = 0;
        }
    }

    private int piece(long offset, int length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " of " + size);
        }
        int found = Arrays.binarySearch(starts, offset);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Bytes that) || size != that.size) {
            return false;
        }
        long at = 0;
        while (at < size) {
            int here = piece(at, 0);
            int there = that.piece(at, 0);
            int length = (int) (Math.min(end(here), that.end(there)) - at);
            if (!read(at, length).equals(that.read(at, length))) {
                return false;
            }
            at += length;
        }
        return true;
    }

    private long end(int piece) {
        return starts[piece] + pieces.get(piece).limit();
    }

    /** Of the size alone, for the bytes may be gigabytes. */
    @Override
    public int hashCode() {
        return Long.hashCode(size);
    }

    @Override
    public String toString() {
        return size + " bytes";
    }
}
