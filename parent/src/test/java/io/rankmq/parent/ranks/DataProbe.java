// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.ranks;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Looks at a tensor and gives it back, the same or another one. Says which events it hears: that its task begins is one. */
public final class DataProbe implements Executor, EventHandler {

    @Override
    public void handleEvent(String eventType, Context context) {
        System.out.println("heard " + eventType);
    }

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) throws Exception {
        Shareable reply = new Shareable();
        if (taskName.equals("wait")) {
            System.out.println("waiting");
            abort.await(Duration.ofMinutes(5));
            return reply;
        }
        if (taskName.equals("small")) {
            return reply;
        }
        Tensor tensor = input.get("w", Tensor.class);
        if (taskName.equals("another in pieces")) {
            return reply.put("ends", ends(tensor)).put("w", another(tensor));
        }
        FloatBuffer values = tensor.floats();
        reply.put("first", (double) values.get(0)).put("last", (double) values.get(values.limit() - 1));
        switch (taskName) {
            case "echo" -> reply.put("w", tensor);
            case "twice" -> {
                float[] twice = new float[values.remaining()];
                for (int i = 0; i < twice.length; i++) {
                    twice[i] = 2 * values.get(i);
                }
                reply.put("w", Tensor.ofFloats(twice));
            }
            default -> reply.put("sum", sum(values));
        }
        return reply;
    }

    /** The first and the last element of each buffer. */
    public static List<Double> ends(Tensor tensor) {
        List<Double> ends = new ArrayList<>();
        for (ByteBuffer buffer : tensor.buffers()) {
            ends.add((double) buffer.getFloat(0));
            ends.add((double) buffer.getFloat(buffer.limit() - Float.BYTES));
        }
        return ends;
    }

    /** The same but for the last buffer, which has the negative numbers. */
    private static Tensor another(Tensor tensor) {
        List<ByteBuffer> buffers = new ArrayList<>(tensor.buffers());
        ByteBuffer last = buffers.remove(buffers.size() - 1);
        ByteBuffer negative = ByteBuffer.allocate(last.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (last.hasRemaining()) {
            negative.putFloat(-last.getFloat());
        }
        buffers.add(negative.flip());
        return Tensor.of(tensor.dtype(), tensor.shape(), tensor.order(), buffers);
    }

    private static double sum(FloatBuffer values) {
        double sum = 0;
        for (int i = 0; i < values.limit(); i++) {
            sum += values.get(i);
        }
        return sum;
    }
}
