// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AbortSignalTest {
    private final AbortSignal abort = new AbortSignal();

    @Test
    void goesUpOnceAndKeepsTheFirstReason() {
        assertThat(abort.triggered()).isFalse();
        assertThat(abort.reason()).isNull();

        abort.trigger("first");
        abort.trigger("second");

        assertThat(abort.triggered()).isTrue();
        assertThat(abort.reason()).isEqualTo("first");
    }

    @Test
    void waitingEndsAtOnceWhenItGoesUp() throws Exception {
        assertThat(abort.await(Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> waiting = new CompletableFuture<>();
        Thread task = new Thread(() -> {
            try {
                waiting.complete(abort.await(Duration.ofMinutes(1)));
            } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
            }
        });
        task.start();

        abort.trigger("stop");

        assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
        task.join(30_000);
        assertThat(task.isAlive()).isFalse();
        assertThat(abort.await(Duration.ZERO)).isTrue();
    }

    @Test
    void everyListenerRunsOnceWhenItGoesUpAndALateOneAtOnce() {
        List<String> heard = new ArrayList<>();
        abort.onTrigger(() -> heard.add("first " + abort.reason()));
        abort.onTrigger(() -> heard.add("second"));
        assertThat(heard).isEmpty();

        abort.trigger("stop");
        abort.trigger("again");
        abort.onTrigger(() -> heard.add("late"));

        assertThat(heard).containsExactly("first stop", "second", "late");
    }

    @Test
    void noListenerIsForgottenWhenItComesWhileTheSignalGoesUp() throws Exception {
        for (int round = 0; round < 200; round++) {
            AbortSignal racing = new AbortSignal();
            AtomicInteger heard = new AtomicInteger();
            Thread other = new Thread(() -> racing.trigger("now"));
            other.start();
            racing.onTrigger(heard::incrementAndGet);
            other.join(30_000);

            assertThat(heard).hasValue(1);
        }
    }
}
