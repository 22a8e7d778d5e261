// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.EventTypes;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.StickyProperties;
import io.rankmq.api.Tensor;
import io.rankmq.component.ComponentArgs;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job without processes: what the ranks and the parent compute, called in turn. */
class DigitsJobTest {
    private static final int WORLD_SIZE = 4;

    @TempDir
    Path runDirectory;

    @Test
    void fourRanksLearnToReadDigitsThatNoneOfThemHasSeen() throws Exception {
        DigitsServer server = server();
        DigitsTrainer[] trainers = {trainer(), trainer(), trainer(), trainer()};
        Shareable data = server.begin(new Shareable(), new LocalEngine().newContext());
        Context context = new LocalEngine().newContext();
        double firstLoss = 0;
        for (int round = 1; round <= 20; round++) {
            SortedMap<Integer, Shareable> replies = new TreeMap<>();
            for (int rank = 0; rank < WORLD_SIZE; rank++) {
                replies.put(rank, trainers[rank].execute("train", data, taskContext(rank), new AbortSignal()));
            }
            data = server.aggregate(round, replies, context);
            firstLoss = round == 1 ? metric(context, "loss") : firstLoss;
        }

        assertThat(metric(context, "accuracy")).isGreaterThanOrEqualTo(0.95);
        assertThat(metric(context, "loss")).isLessThan(firstLoss / 2);

        server.handleEvent(
                EventTypes.END_RUN, new LocalEngine().newContext().put(ContextKeys.RUN_DIRECTORY, "" + runDirectory));
        Map<String, Tensor> saved = NpzContent.read(runDirectory.resolve("digits-model.npz"));
        assertThat(saved).isEqualTo(data.values());
        Score score = Score.of(Model.from(new Shareable(Map.of(), saved)), DigitsData.heldOut());
        assertThat(score.accuracy()).isEqualTo(metric(context, "accuracy"));
    }

    @Test
    void theServerCountsEachRankByItsSamples() {
        DigitsServer server = server();
        SortedMap<Integer, Shareable> replies = new TreeMap<>();
        replies.put(0, new Shareable(Map.of(), Model.random(4, 1).tensors()).put("samples", 300L));
        replies.put(1, new Shareable(Map.of(), Model.random(4, 2).tensors()).put("samples", 100L));

        Shareable mean = server.aggregate(1, replies, new LocalEngine().newContext());

        float[] a = replies.get(0).get("w1", Tensor.class).toFloatArray();
        float[] b = replies.get(1).get("w1", Tensor.class).toFloatArray();
        float[] w1 = mean.get("w1", Tensor.class).toFloatArray();
        for (int i = 0; i < w1.length; i++) {
            assertThat(w1[i]).isCloseTo(0.75f * a[i] + 0.25f * b[i], within(1e-6f));
        }
    }

    @Test
    void aServerThatNeverAveragedLeavesNoModel() throws Exception {
        server().handleEvent(
                        EventTypes.END_RUN,
                        new LocalEngine().newContext().put(ContextKeys.RUN_DIRECTORY, "" + runDirectory));

        assertThat(runDirectory).isEmptyDirectory();
    }

    @Test
    void aTrainerThatIsToldToAbortSaysSo() {
        AbortSignal abort = new AbortSignal();
        abort.trigger("enough");

        Shareable reply = trainer().execute("train", firstModel(), taskContext(0), abort);

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
    }

    @Test
    void aTrainerKnowsNoOtherTask() {
        Shareable reply = trainer().execute("dance", firstModel(), taskContext(0), new AbortSignal());

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.TASK_UNKNOWN);
    }

    private static Shareable firstModel() {
        return server().begin(new Shareable(), new LocalEngine().newContext());
    }

    private static DigitsServer server() {
        return new DigitsServer(ComponentArgs.of("server", Map.of()));
    }

    private static DigitsTrainer trainer() {
        return new DigitsTrainer(ComponentArgs.of("trainer", Map.of()));
    }

    private static Context taskContext(int rank) {
        return new LocalEngine()
                .newContext()
                .put(ContextKeys.RANK_NUMBER, rank)
                .put(ContextKeys.NUM_OF_PROCESSES, WORLD_SIZE)
                .put(ContextKeys.ROUND, 1);
    }

    private static double metric(Context context, String name) {
        return (Double) Objects.requireNonNull(
                context.get(ContextKeys.METRICS, Map.class).get(name));
    }

    /** An engine with nobody to relay to. */
    private static final class LocalEngine implements Engine {
        private final StickyProperties sticky = new StickyProperties();

        @Override
        public Context newContext() {
            return sticky.newContext(this);
        }

        @Override
        public void fireEvent(String eventType, Context context) {}

        @Override
        public void postEvent(String eventType, Context context) {}
    }
}
