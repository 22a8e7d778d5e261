// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelTest {
    private static final GradientDescent DESCENT = new GradientDescent(0.2, 16, 1);

    @Test
    void theSameSeedGivesTheSameModelAndAnotherSeedAnother() {
        assertThat(Model.random(8, 1).tensors()).isEqualTo(Model.random(8, 1).tensors());
        assertThat(Model.random(8, 1).tensors()).isNotEqualTo(Model.random(8, 2).tensors());
    }

    @Test
    void aModelIsTheSameAfterItTravelledTwice() {
        Shareable once = new Shareable(Map.of(), Model.random(8, 1).tensors());

        Map<String, Tensor> twice = Model.from(once).tensors();

        assertThat(twice).isEqualTo(once.values());
        assertThat(twice).hasToString("{w1=float32[64, 8], b1=float32[8], w2=float32[8, 10], b2=float32[10]}");
    }

    @Test
    void aParameterOfTheWrongShapeIsNamed() {
        Shareable wrong = new Shareable(Map.of(), Model.random(8, 1).tensors());
        wrong.put("w2", Tensor.ofFloats(new float[6], 2, 3));

        assertThatThrownBy(() -> Model.from(wrong)).hasMessage("parameter 'w2' is float32[2, 3], expected [8, 10]");
    }

    @Test
    void anAverageCountsEachModelByItsSamples() {
        Model a = Model.random(4, 1);
        Model b = Model.random(4, 2);

        Model mean = Model.average(List.of(a, b), List.of(100L, 300L));

        for (int i = 0; i < a.w1().length; i++) {
            assertThat(mean.w1()[i]).isCloseTo(0.25 * a.w1()[i] + 0.75 * b.w1()[i], within(1e-12));
        }
        for (int i = 0; i < a.w2().length; i++) {
            assertThat(mean.w2()[i]).isCloseTo(0.25 * a.w2()[i] + 0.75 * b.w2()[i], within(1e-12));
        }
    }

    @Test
    void theGradientIsTheSlopeOfTheLoss() {
        DigitsData data = DigitsData.shard(0, DigitsData.TRAINING_IMAGES);
        double tiny = 1e-6;
        for (int parameter : List.of(3, 100, 257)) {
            Model stepped = Model.random(8, 1);
            double before = stepped.w1()[parameter];
            DESCENT.train(stepped, data, new AbortSignal());
            double gradient = (before - stepped.w1()[parameter]) / DESCENT.learningRate();
            Model higher = Model.random(8, 1);
            higher.w1()[parameter] += tiny;
            Model lower = Model.random(8, 1);
            lower.w1()[parameter] -= tiny;

            double slope =
                    (Score.of(higher, data).loss() - Score.of(lower, data).loss()) / (2 * tiny);

            assertThat(gradient).isCloseTo(slope, within(1e-6));
        }
    }

    @Test
    void theLossFallsFromEpochToEpoch() {
        DigitsData data = DigitsData.shard(0, 4);
        Model model = Model.random(32, 1);
        double before = Score.of(model, data).loss();
        for (int epoch = 0; epoch < 5; epoch++) {
            double during = DESCENT.train(model, data, new AbortSignal());

            assertThat(during).isLessThan(before);
            before = during;
        }
    }

    @Test
    void trainingStopsBeforeItsNextStepOnceItIsTold() {
        AbortSignal abort = new AbortSignal();
        abort.trigger("enough");
        Model model = Model.random(8, 1);

        double loss = DESCENT.train(model, DigitsData.shard(0, 4), abort);

        assertThat(loss).isNaN();
        assertThat(model.tensors()).isEqualTo(Model.random(8, 1).tensors());
    }

    @Test
    void settingsThatCannotTrainAreRefused() {
        assertThatThrownBy(() -> new GradientDescent(0, 16, 1)).hasMessageContaining("learning_rate must be above 0");
    }
}
