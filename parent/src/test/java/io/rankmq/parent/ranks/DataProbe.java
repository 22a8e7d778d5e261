// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.ranks;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.nio.FloatBuffer;
import java.time.Duration;

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

    private static double sum(FloatBuffer values) {
        double sum = 0;
        for (int i = 0; i < values.limit(); i++) {
            sum += values.get(i);
        }
        return sum;
    }
}
