// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** The threads that run user code: tasks on the main thread, events on one of their own, an abort on a new one. */
final class RankThreads {
    private final WorkQueue main = new WorkQueue();
    private final WorkQueue events = new WorkQueue();
    private boolean eventThreadStarted;

    /** Loop thread. */
    void onMain(Runnable work) {
        main.add(work);
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

    /** Runs tasks on the calling thread, the main one, until {@link #end}. */
    void runMain() {
        main.run();
    }

    /** No more tasks. Any thread. */
    void end() {
        main.end();
        events.end();
    }
}
