// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Element types of a {@link Tensor}; the names on the wire are numpy's. */
public enum DType {
    /** One byte an element, 0 or 1. */
    BOOL(1),
    /** 8-bit integer with sign. */
    INT8(1),
    /** 8-bit integer without sign. */
    UINT8(1),
    /** 16-bit integer with sign. */
    INT16(2),
    /** 16-bit integer without sign. */
    UINT16(2),
    /** 32-bit integer with sign. */
    INT32(4),
    /** 32-bit integer without sign. */
    UINT32(4),
    /** 64-bit integer with sign. */
    INT64(8),
    /** 64-bit integer without sign. */
    UINT64(8),
    /** IEEE 754 half precision. */
    FLOAT16(2),
    /** IEEE 754 single precision. */
    FLOAT32(4),
    /** IEEE 754 double precision. */
    FLOAT64(8),
    /** Two single precision numbers. */
    COMPLEX64(8),
    /** Two double precision numbers. */
    COMPLEX128(16);

    private static final Map<String, DType> BY_NAME = new HashMap<>();

    static {
        for (DType type : values()) {
            BY_NAME.put(type.wireName(), type);
        }
    }

    private final int itemSize;

    DType(int itemSize) {
        this.itemSize = itemSize;
    }

    /** Bytes of one element. */
    public int itemSize() {
        return itemSize;
    }

    /** numpy's name, which is the name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type with that name, or null. */
    public static @Nullable DType ofWireName(String name) {
        return BY_NAME.get(name);
    }
}
