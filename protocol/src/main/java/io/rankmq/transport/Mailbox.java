// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tasks on their way to the loop thread. A task wakes the loop only if the loop said that it is going to sleep: the flag is set before the
 * last look into the queue and a poster looks at it after it has put the task in, so one of the two always sees the other.
 */
final class Mailbox {

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Selector selector;
    private volatile boolean open = true;

    Mailbox(Selector selector) {
        this.selector = selector;
    }

    /** Puts a task in; false if the mailbox is closed and the task will never run. Any thread. */
    boolean post(Runnable task) {
        if (!open) {
            return false;
        }
        tasks.add(task);
        if (!open && tasks.remove(task)) {
            return false;
        }
        wake();
        return true;
    }

    /** Ends the loop's sleep, if it sleeps. Any thread. */
    void wake() {
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    /** Says that the loop is about to sleep; false if there is work, so that it must not. */
    boolean prepareToSleep() {
        asleep.set(true);
        if (tasks.isEmpty()) {
            return true;
        }
        asleep.set(false);
        return false;
    }

    void awake() {
        asleep.set(false);
    }

    @Nullable
    Runnable poll() {
        return tasks.poll();
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Refuses further tasks; those already in remain to be polled. */
    void close() {
        open = false;
    }
}
