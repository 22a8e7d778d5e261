// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Attachments that are to be sent, and whose bytes they are; not copied. */
final class OwnedAttachments extends AbstractList<ByteBuffer> implements RandomAccess {
    private final List<ByteBuffer> values;
    private final List<@Nullable Tensor> owners;

    OwnedAttachments(List<ByteBuffer> values, List<@Nullable Tensor> owners) {
        this.values = values;
        this.owners = owners;
    }

    @Override
    public ByteBuffer get(int index) {
        return values.get(index);
    }

    /** The tensor, or null for bytes that may change. */
    @Nullable
    Tensor owner(int index) {
        return owners.get(index);
    }

    @Override
    public int size() {
        return values.size();
    }
}
