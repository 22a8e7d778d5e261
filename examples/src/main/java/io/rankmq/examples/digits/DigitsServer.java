// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.api.Shareable;
import io.rankmq.component.ComponentArgs;
import io.rankmq.parent.Aggregator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The parent's part: makes the first model, averages the ranks' models after each round, and reads the held-out fifth with the
 * result. At the end it leaves {@value #MODEL_FILE} in the folder of the run. Arguments: {@code hidden} (32 units), {@code seed} (1).
 */
public final class DigitsServer implements Aggregator, EventHandler {
    /** Name of the model file. */
    static final String MODEL_FILE = "digits-model.npz";

    private final int hidden;
    private final long seed;
    private final DigitsData heldOut = DigitsData.heldOut();

    /** The last average; volatile because END_RUN may come on another thread than the rounds. */
    private volatile @Nullable Model model;

    /** A server with these arguments. */
    public DigitsServer(ComponentArgs args) {
        hidden = args.integer("hidden", 32);
        seed = args.longInteger("seed", 1);
    }

    @Override
    public Shareable begin(Shareable data, Context context) {
        return new Shareable(Map.of(), Model.random(hidden, seed).tensors());
    }

    @Override
    public Shareable aggregate(int round, SortedMap<Integer, Shareable> replies, Context context) {
        List<Model> models = new ArrayList<>();
        List<Long> samples = new ArrayList<>();
        replies.values().forEach(reply -> {
            models.add(Model.from(reply));
            samples.add(reply.get("samples", Long.class));
        });
        Model average = Model.average(models, samples);
        Score score = Score.of(average, heldOut);
        // In this order on the progress line.
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("loss", score.loss());
        metrics.put("accuracy", score.accuracy());
        context.put(ContextKeys.METRICS, metrics, Context.Mark.PRIVATE);
        model = average;
        return new Shareable(Map.of(), average.tensors());
    }

    @Override
    public void handleEvent(String eventType, Context context) throws IOException {
        Model last = model;
        // A job that ends before its first average has no model to keep.
        if (eventType.equals(EventTypes.END_RUN) && last != null) {
            Path folder = Path.of(context.get(ContextKeys.RUN_DIRECTORY, String.class));
            NpzFile.write(folder.resolve(MODEL_FILE), last.tensors());
        }
    }
}
