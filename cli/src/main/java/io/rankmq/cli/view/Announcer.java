// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.RunEvent;
import io.rankmq.cli.run.RunWatcher;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes events from any thread and shows them on one of its own, so that a slow terminal never holds a session up. Room for lines of
 * output is limited. When it is used up, a writer waits for a moment; then lines are left out and counted until there is room again. All
 * other events are few and are always shown.
 */
public final class Announcer implements RunWatcher, AutoCloseable {
    private static final int ROOM = 10_000;
    private static final long PATIENCE_MILLIS = 500;
    private static final long TICK_MILLIS = 100;
    private static final long END_MILLIS = 5_000;

    private final RunView view;
    private final LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(ROOM);
    private final AtomicLong leftOut = new AtomicLong();
    private volatile boolean crowded;
    private final Thread thread;

    /** What waits to be shown; no event: the end. */
    private record Item(@Nullable RunEvent event) {}

    /** Starts the thread. */
    public Announcer(RunView view) {
        this.view = view;
        thread = new Thread(this::work, "rankmq-view");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void on(RunEvent event) {
        if (!(event instanceof RunEvent.Output) || hasRoom()) {
            queue.add(new Item(event));
        } else {
            leftOut.incrementAndGet();
        }
    }

    /** Only the first writer that finds no room waits; the others would only add to the delay. */
    private boolean hasRoom() {
        if (room.tryAcquire()) {
            crowded = false;
            return true;
        }
        if (crowded) {
            return false;
        }
        crowded = true;
        try {
            return room.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void work() {
        try {
            while (true) {
                Item item = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                tellLeftOut(item);
                if (item == null) {
                    view.tick();
                    continue;
                }
                RunEvent event = item.event();
                if (event == null) {
                    view.end();
                    return;
                }
                view.show(event);
                if (event instanceof RunEvent.Output) {
                    room.release();
                }
            }
        } catch (InterruptedException e) {
            // Nobody waits for this thread any more.
        }
    }

    /** Told where the lines are missing: when the queue has drained, or before the summary. */
    private void tellLeftOut(@Nullable Item item) {
        if (item == null || item.event() == null || item.event() instanceof RunEvent.Finished) {
            long lines = leftOut.getAndSet(0);
            if (lines > 0) {
                view.leftOut(lines);
            }
        }
    }

    /** Shows what is waiting and ends the thread; a terminal that takes nothing more is given up after five seconds. */
    @Override
    public void close() {
        queue.add(new Item(null));
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
