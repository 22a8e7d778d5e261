// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.DType;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.bench.report.Sums;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all tensors; rank 0 sends as many bytes back, others each time. */
public final class BulkRank implements Executor {
    private @Nullable ByteBuffer own;
    private int turns;

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) {
        Shareable reply = new Shareable();
        long sum = 0;
        if (taskName.equals("nothing")) {
            return reply;
        }
        boolean isFirst = context.get(ContextKeys.RANK_NUMBER, Long.class) == 0;
        for (Map.Entry<String, @Nullable Object> value : input.values().entrySet()) {
            if (value.getValue() instanceof Tensor tensor) {
                sum += Sums.of(tensor.buffer());
                if (isFirst && taskName.equals("turn")) {
                    reply.put(value.getKey(), another(tensor.buffer().remaining()));
                }
            }
        }
        return reply.put("sum", sum);
    }

    /** Not made anew each time, for that would measure the collector; the parent has taken the one before. */
    private Tensor another(int size) {
        ByteBuffer bytes = own;
        if (bytes == null || bytes.capacity() < size) {
            bytes = ByteBuffer.allocate(size);
            own = bytes;
        }
        bytes.putInt(0, ++turns);
        return Tensor.of(DType.UINT8, new long[] {size}, Tensor.Order.C, bytes.slice(0, size));
    }
}
