// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.AbortSignal;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.protocol.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A launcher may wait for hours for what it needs; whoever aborts does not. */
@Timeout(20)
class LaunchAbortTest {
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final AbortSignal abort = new AbortSignal();

    @Test
    void anAbortEndsALauncherThatWaits() throws Exception {
        Thread aborter = new Thread(() -> {
            awaitOrFail(waiting);
            abort.trigger("enough");
        });
        aborter.start();

        assertThatThrownBy(() -> Session.builder()
                        .worldSize(2)
                        .executor("executor")
                        .component("executor", "example.Executor", Map.of())
                        .allow(List.of("example."))
                        .launcher(this::waitForNodes)
                        .abort(abort)
                        .start())
                .isInstanceOfSatisfying(
                        RankFailedException.class,
                        e -> assertThat(e.failure().code()).isEqualTo(ErrorCode.TASK_ABORTED));

        assertThat(Thread.currentThread().isInterrupted())
                .as("the interruption was the launcher's")
                .isFalse();
        aborter.join();
    }

    private Gang waitForNodes(LaunchRequest request, GangListener listener) throws LaunchException {
        waiting.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while it waited", e);
        }
        throw new AssertionError();
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
