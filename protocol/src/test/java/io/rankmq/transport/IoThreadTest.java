// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class IoThreadTest {

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void beforeEachWaitItLooksWhetherACommandIsUnderWay() throws Exception {
        run(() -> asked.incrementAndGet() == 0, 3);
        assertThat(asked).as("by the selectors of this JDK").hasValueGreaterThanOrEqualTo(3);
    }

    @Test
    void itLetsTheSenderGoFirst() throws Exception {
        run(() -> asked.incrementAndGet() < 20, 1);
        assertThat(asked).hasValueGreaterThanOrEqualTo(20);
    }

    @Test
    void itDoesNotWaitForASenderForEver() throws Exception {
        run(
                () -> {
                    asked.incrementAndGet();
                    return true;
                },
                2);
        assertThat(asked).hasValueLessThan(1000);
    }

    /** Whoever looks from elsewhere only gets the answer. */
    @Test
    void othersDoNotWait() {
        IoThread thread = new IoThread(() -> {}, "io", () -> asked.incrementAndGet() > 0);
        assertThat(thread.isInterrupted()).isFalse();
        assertThat(asked).hasValue(0);
    }

    /** Lets an I/O thread wait so often. */
    private static void run(BooleanSupplier commandUnderWay, int waits) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (Selector selector = Selector.open()) {
            IoThread thread = new IoThread(
                    () -> {
                        for (int i = 0; i < waits; i++) {
                            select(selector);
                        }
                        done.countDown();
                    },
                    "io",
                    commandUnderWay);
            thread.start();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void select(Selector selector) {
        try {
            selector.select(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
