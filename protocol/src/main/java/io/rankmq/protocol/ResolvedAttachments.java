// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.memory.Bytes;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** Values that came by reference, and what they are known by. */
final class ResolvedAttachments extends AbstractList<Bytes> implements RandomAccess {
    private final List<Bytes> values;
    private final List<DataRef> references;

    ResolvedAttachments(List<Bytes> values, List<DataRef> references) {
        if (values.size() != references.size()) {
            throw new IllegalArgumentException(values.size() + " values for " + references.size() + " references");
        }
        this.values = values;
        this.references = references;
    }

    @Override
    public Bytes get(int index) {
        return values.get(index);
    }

    Digest digest(int index) {
        return references.get(index).digest();
    }

    @Override
    public int size() {
        return values.size();
    }
}
