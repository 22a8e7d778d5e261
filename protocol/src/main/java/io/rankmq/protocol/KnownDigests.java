// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Digests of tensors that this process has sent or received by reference, for as long as the tensor lives; a tensor is told from others
 * by being the same object. Safe for use by many threads.
 */
final class KnownDigests {
    private static final Map<Key, Digest> DIGESTS = new HashMap<>();
    private static final ReferenceQueue<Tensor> GONE = new ReferenceQueue<>();

    private KnownDigests() {}

    static void remember(Tensor tensor, Digest digest) {
        synchronized (DIGESTS) {
            for (Reference<?> gone = GONE.poll(); gone != null; gone = GONE.poll()) {
                DIGESTS.remove(gone);
            }
            DIGESTS.put(new Key(tensor), digest);
        }
    }

    static @Nullable Digest of(Tensor tensor) {
        synchronized (DIGESTS) {
            return DIGESTS.get(new Key(tensor));
        }
    }

    private static final class Key extends WeakReference<Tensor> {
        private final int hash;

        Key(Tensor tensor) {
            super(tensor, GONE);
            hash = System.identityHashCode(tensor);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (this == other) {
                return true;
            }
            Tensor tensor = get();
            return tensor != null && other instanceof Key key && key.refersTo(tensor);
        }
    }
}
