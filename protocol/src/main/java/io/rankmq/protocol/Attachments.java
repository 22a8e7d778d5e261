// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.RandomAccess;

/**
 * Received attachments. One that came in several frames is put together when it is asked for, by the thread that asks, and once; so
 * a loop thread never pays for the copy. Safe for use by many threads.
 */
final class Attachments extends AbstractList<Bytes> implements RandomAccess {
    private final ByteBuffer[][] pieces;
    private final long bytes;

    /** @param pieces for each attachment its frames, at least one; now owned by this list */
    Attachments(ByteBuffer[][] pieces, long bytes) {
        this.pieces = pieces;
        this.bytes = bytes;
    }

    /** Bytes of all of them together. */
    long bytes() {
        return bytes;
    }

    @Override
    public synchronized Bytes get(int index) {
        if (pieces[index].length > 1) {
            pieces[index] = new ByteBuffer[] {joined(pieces[index])};
        }
        return Bytes.of(pieces[index][0]);
    }

    @Override
    public int size() {
        return pieces.length;
    }

    static ByteBuffer joined(ByteBuffer[] pieces) {
        int length = 0;
        for (ByteBuffer piece : pieces) {
            length += piece.remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (ByteBuffer piece : pieces) {
            whole.put(piece.duplicate());
        }
        return whole.flip();
    }
}
