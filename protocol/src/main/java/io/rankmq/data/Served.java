// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Digest;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that are not in shared memory and are sent from where they are, uncopied. Safe for use by many threads. */
final class Served {
    private final Map<Digest, Held> values = new HashMap<>();

    private record Held(Bytes value, int needs) {}

    synchronized void add(Digest digest, Bytes value) {
        values.merge(digest, new Held(value, 1), (old, more) -> new Held(old.value(), old.needs() + 1));
    }

    /** False if the value is not here. */
    synchronized boolean remove(Digest digest) {
        Held held = values.get(digest);
        if (held == null) {
            return false;
        }
        if (held.needs() == 1) {
            values.remove(digest);
        } else {
            values.put(digest, new Held(held.value(), held.needs() - 1));
        }
        return true;
    }

    synchronized @Nullable ByteBuffer read(Digest digest, long offset, int length) {
        Held held = values.get(digest);
        return held == null || offset + length > held.value().size()
                ? null
                : held.value().read(offset, length);
    }
}
