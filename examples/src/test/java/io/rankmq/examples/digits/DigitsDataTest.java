// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitsDataTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 16})
    void shardsAndTheHeldOutFifthShareNoImageAndTogetherAreAllOfThem(int worldSize) {
        int[] lines = Stream.concat(shards(worldSize).stream(), Stream.of(DigitsData.heldOut()))
                .flatMapToInt(data -> Arrays.stream(data.lines()))
                .sorted()
                .toArray();

        assertThat(lines).containsExactly(IntStream.range(0, DigitsData.IMAGES).toArray());
    }

    @Test
    void theHeldOutFifthIsTheSameWhateverTheWorldSizeSoThatNoRankEverTrainsOnIt() {
        List<Integer> heldOut = boxedLines(DigitsData.heldOut());

        assertThat(heldOut).hasSize(DigitsData.IMAGES / 5).doesNotHaveDuplicates();
        for (int worldSize : List.of(1, 4, 5, 10)) {
            shards(worldSize).forEach(shard -> assertThat(boxedLines(shard)).doesNotContainAnyElementsOf(heldOut));
        }
    }

    @Test
    void shardsAreEqualInSizeAndHoldEveryDigitAboutEquallyOften() {
        for (DigitsData shard : shards(4)) {
            assertThat(shard.size()).isBetween(359, 360);
            assertThat(countByLabel(shard))
                    .hasSize(DigitsData.CLASSES)
                    .allSatisfy((label, count) -> assertThat(count).isBetween(25L, 50L));
        }
    }

    @Test
    void anImageIsReadWithItsLabelAndItsPixelsFromZeroToOne() {
        // The file's first line is a zero; place 0 of the shuffled order is line 0.
        DigitsData first = DigitsData.shard(0, 4);

        assertThat(first.lines()[0]).isZero();
        assertThat(first.label(0)).isZero();
        assertThat(first.image(0)).hasSize(DigitsData.PIXELS).startsWith(0, 0, 5 / 16.0, 13 / 16.0, 9 / 16.0);
    }

    @Test
    void aRankThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> DigitsData.shard(4, 4)).hasMessage("rank 4 is not one of 0 to 3");
    }

    @Test
    void moreRanksThanImagesAreRefusedWithWhatToDo() {
        assertThatThrownBy(() -> DigitsData.shard(0, 5000))
                .hasMessage("world_size 5000 leaves ranks without images; use at most 1438 ranks");
    }

    private static List<DigitsData> shards(int worldSize) {
        return IntStream.range(0, worldSize)
                .mapToObj(rank -> DigitsData.shard(rank, worldSize))
                .toList();
    }

    private static List<Integer> boxedLines(DigitsData data) {
        return Arrays.stream(data.lines()).boxed().toList();
    }

    private static Map<Integer, Long> countByLabel(DigitsData data) {
        return IntStream.range(0, data.size())
                .mapToObj(data::label)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
