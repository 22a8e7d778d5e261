// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.cli.run.RunEvent.Transfer;
import io.rankmq.cli.run.RunEvent.Transfer.Direction;
import io.rankmq.parent.DataStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransferMeterTest {
    private final TransferMeter meter = new TransferMeter();
    private final List<Transfer> told = new ArrayList<>();

    private void sample(long millis, long written, long out, long in) {
        meter.sample(stats(written, out, in), TimeUnit.MILLISECONDS.toNanos(millis), told::add);
    }

    private static DataStats stats(long written, long out, long in) {
        return new DataStats(written, 0, out, in, 0, 0);
    }

    @Test
    void aTransferIsToldOnceItTakesASecondAndWhenItIsOver() {
        sample(0, 0, 0, 0);
        sample(500, 0, 50, 0);
        sample(1000, 0, 100, 0);
        assertThat(told).containsExactly(new Transfer(Direction.TO_RANKS, 100, 1000, false));

        sample(1500, 30, 170, 0);
        sample(4500, 30, 170, 0);
        sample(6500, 30, 170, 0);
        assertThat(told)
                .endsWith(
                        new Transfer(Direction.TO_RANKS, 200, 1500, false),
                        new Transfer(Direction.TO_RANKS, 200, 4500, false),
                        new Transfer(Direction.TO_RANKS, 200, 1500, true));
    }

    @Test
    void aShortOneIsNot() {
        sample(0, 0, 0, 0);
        sample(500, 0, 50, 0);
        sample(999, 0, 90, 10);
        sample(5500, 0, 90, 10);
        sample(6000, 0, 95, 10);
        sample(6400, 0, 99, 10);
        assertThat(told).isEmpty();
    }

    @Test
    void aRoundEndsItsTransfersAndTheNextHasItsOwn() {
        sample(0, 0, 0, 0);
        sample(1000, 0, 0, 100);
        meter.roundEnded(stats(0, 0, 150), TimeUnit.MILLISECONDS.toNanos(1200), told::add);
        assertThat(told)
                .containsExactly(
                        new Transfer(Direction.FROM_RANKS, 100, 1000, false),
                        new Transfer(Direction.FROM_RANKS, 150, 1200, false),
                        new Transfer(Direction.FROM_RANKS, 150, 1200, true));

        told.clear();
        sample(1500, 0, 0, 170);
        sample(1700, 0, 0, 200);
        assertThat(told).isEmpty();
    }

    @Test
    void anotherGangCountsFromNothing() {
        sample(0, 0, 0, 0);
        sample(1000, 0, 500, 0);
        sample(1500, 0, 20, 0);
        sample(2400, 0, 40, 0);
        assertThat(told)
                .containsExactly(
                        new Transfer(Direction.TO_RANKS, 500, 1000, false),
                        new Transfer(Direction.TO_RANKS, 500, 1000, true),
                        new Transfer(Direction.TO_RANKS, 40, 1400, false));
    }
}
