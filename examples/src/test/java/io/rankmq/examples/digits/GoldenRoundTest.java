// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * One round of rank 1 of 4 as numbers in a file, which the Python example's tests compare with their own. After a deliberate change
 * of the training, write it anew: {@code mvn test -pl examples -am -Dtest=GoldenRoundTest -Drankmq.golden.write=true}.
 */
class GoldenRoundTest {
    private static final Path FILE = Path.of("digits-python", "golden-round.npz");

    @Test
    void theFileHoldsWhatTheTrainerComputes() throws IOException {
        Map<String, Tensor> round = computeRound();
        if (Boolean.getBoolean("rankmq.golden.write")) {
            NpzFile.write(FILE, round);
        }

        Map<String, Tensor> golden = NpzContent.read(FILE);

        assertThat(golden.keySet()).isEqualTo(round.keySet());
        round.forEach((name, tensor) -> {
            Tensor expected = golden.getOrDefault(name, Tensor.ofFloats(new float[0]));
            assertThat(tensor.shape()).as(name).isEqualTo(expected.shape());
            // Not bit for bit: an exponential may differ in its last bit from one machine to another.
            assertThat(tensor.toFloatArray()).as(name).containsExactly(expected.toFloatArray(), within(1e-5f));
        });
    }

    private static Map<String, Tensor> computeRound() {
        Map<String, Tensor> round = new LinkedHashMap<>();
        Model model = Model.random(16, 1);
        model.tensors().forEach((name, tensor) -> round.put("before_" + name, tensor));
        DigitsData shard = DigitsData.shard(1, 4);
        double loss = new GradientDescent(0.2, 16, 2).train(model, shard, new AbortSignal());
        model.tensors().forEach((name, tensor) -> round.put("after_" + name, tensor));
        round.put("loss", Tensor.ofFloats(new float[] {(float) loss}));
        round.put("samples", Tensor.ofFloats(new float[] {shard.size()}));
        return round;
    }
}
