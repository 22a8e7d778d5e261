// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Executor;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.component.ComponentArgs;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a rank: improves the model that it is given with the images of its own shard. Arguments: {@code learning_rate}
 * (0.2), {@code batch} (16 images a step), {@code epochs} (4 a round). The task {@code train} takes the model as tensors {@code w1},
 * {@code b1}, {@code w2}, {@code b2} and returns it improved, with the number of {@code samples} behind it and the {@code loss}.
 */
public final class DigitsTrainer implements Executor {
    private final GradientDescent descent;
    private @Nullable DigitsData shard;

    /** A trainer with these arguments. */
    public DigitsTrainer(ComponentArgs args) {
        descent = new GradientDescent(
                args.number("learning_rate", 0.2), args.integer("batch", 16), args.integer("epochs", 4));
    }

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) {
        if (!taskName.equals("train")) {
            return Shareable.reply(ReturnCode.TASK_UNKNOWN);
        }
        DigitsData images = shard(context);
        Model model = Model.from(input);
        double loss = descent.train(model, images, abort);
        if (abort.triggered()) {
            return Shareable.reply(ReturnCode.TASK_ABORTED);
        }
        System.out.printf(
                Locale.ROOT, "round %s: loss %.4f on %d images%n", context.get(ContextKeys.ROUND), loss, images.size());
        return new Shareable(Map.of(), model.tensors())
                .put("samples", (long) images.size())
                .put("loss", loss);
    }

    /** Only a task's context says which rank this is, so the images are read with the first task. */
    private DigitsData shard(Context context) {
        DigitsData images = shard;
        if (images == null) {
            int rank = context.get(ContextKeys.RANK_NUMBER, Number.class).intValue();
            int worldSize =
                    context.get(ContextKeys.NUM_OF_PROCESSES, Number.class).intValue();
            images = DigitsData.shard(rank, worldSize);
            shard = images;
        }
        return images;
    }
}
