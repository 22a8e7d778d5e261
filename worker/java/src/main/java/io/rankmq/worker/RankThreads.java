// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.transport.DrivingThread;
import io.rankmq.transport.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run user code: tasks on one, which runs the event loop while it waits for them, events on one of their own, an abort on a new
 * one.
 */
final class RankThreads {
    private final WorkQueue tasks = new WorkQueue();
    private final WorkQueue events = new WorkQueue();
    private boolean eventThreadStarted;
    private volatile @Nullable EventLoop driven;

    /** Loop thread. */
    void onTasks(Runnable work) {
        tasks.add(work);
    }

    /** Loop thread. */
    void onEvents(Runnable work) {
        if (!eventThreadStarted) {
            eventThreadStarted = true;
            onNew("rankmq-events", events::run);
        }
        events.add(work);
    }

    /** Runs something that may take its time, such as listeners of an abort signal. */
    void onNew(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Runs tasks in the order of their arrival, on a thread of their own, until {@link #end}, then {@code afterwards}. That thread keeps the JVM alive.
     */
    void startTasks(EventLoop loop, Runnable afterwards) {
        driven = loop;
        DrivingThread thread = new DrivingThread(
                () -> {
                    tasks.run(loop::drive);
                    afterwards.run();
                },
                "rankmq-tasks");
        thread.setDaemon(false);
        thread.start();
    }

    /** No more tasks. Any thread. */
    void end() {
        tasks.end();
        events.end();
        EventLoop loop = driven;
        if (loop != null) {
            // Whoever drives it looks whether there is work.
            boolean unused = loop.tryExecute(() -> {});
        }
    }
}
