// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import io.rankmq.memory.Bytes;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Attachments that are to be sent, and whose bytes they are; not copied. */
final class OwnedAttachments extends AbstractList<Bytes> implements RandomAccess {
    private final List<Bytes> values;
    private final List<@Nullable Tensor> owners;

    OwnedAttachments(List<Bytes> values, List<@Nullable Tensor> owners) {
        this.values = values;
        this.owners = owners;
    }

    @Override
    public Bytes get(int index) {
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
