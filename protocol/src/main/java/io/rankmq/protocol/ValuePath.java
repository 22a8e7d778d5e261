// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import org.jspecify.annotations.Nullable;

/** Where in a body the writer is, so that a fault can name the place as the user knows it: {@code values.model.layers[2]}. */
final class ValuePath {
    private static final int SHOWN = 12;

    private final @Nullable Object[] steps;
    private int depth;

    ValuePath(int maxDepth) {
        steps = new Object[maxDepth + 2];
    }

    int depth() {
        return depth;
    }

    void depth(int value) {
        depth = value;
    }

    void enter() {
        steps[++depth] = null;
    }

    void leave() {
        depth--;
    }

    /** The key or index at this depth; null for a step that a user does not know of. */
    void step(@Nullable Object keyOrIndex) {
        steps[depth] = keyOrIndex;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int shown = 0;
        for (int i = 1; i <= depth && shown <= SHOWN; i++) {
            Object step = steps[i];
            if (step != null) {
                append(text, shown++ < SHOWN ? step : "...");
            }
        }
        return text.toString();
    }

    static void append(StringBuilder text, Object step) {
        if (step instanceof Integer index) {
            text.append('[').append(index).append(']');
        } else {
            text.append(text.isEmpty() ? "" : ".").append(Text.head(step.toString(), 100));
        }
    }
}
