// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A flag that a running task must honour. Goes up once and stays up. Safe for use by many threads. */
public final class AbortSignal {
    private final CountDownLatch raised = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
    private final List<Runnable> listeners = new ArrayList<>();

    /** Whether the task must end. */
    public boolean triggered() {
        return raised.getCount() == 0;
    }

    /** Why, or null while the signal is not triggered. */
    public @Nullable String reason() {
        return reason.get();
    }

    /** Raises the flag and runs the listeners in the calling thread; a second call changes nothing. */
    public void trigger(String why) {
        if (!reason.compareAndSet(null, why)) {
            return;
        }
        raised.countDown();
        List<Runnable> toRun;
        synchronized (listeners) {
            toRun = List.copyOf(listeners);
        }
        toRun.forEach(Runnable::run);
    }

    /**
     * Waits until the flag is up, at most as long as said: what a task uses in place of a sleep.
     *
     * @return whether the signal is triggered
     * @throws InterruptedException if the calling thread is interrupted
     */
    public boolean await(Duration atMost) throws InterruptedException {
        return raised.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Runs {@code listener} once when the flag goes up, at once if it is up already. It must be short.
     *
     * @return takes the listener away again; for signals that outlive who listens
     */
    public Runnable onTrigger(Runnable listener) {
        synchronized (listeners) {
            if (!triggered()) {
                listeners.add(listener);
                return () -> forget(listener);
            }
        }
        listener.run();
        return () -> {};
    }

    private void forget(Runnable listener) {
        synchronized (listeners) {
            listeners.remove(listener);
        }
    }
}
