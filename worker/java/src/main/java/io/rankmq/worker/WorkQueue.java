// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work for one thread, done one piece after another. */
final class WorkQueue {
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();

    /** Touched only by the thread that does the work. */
    private boolean ended;

    /** Adds work, which must catch whatever it throws. Any thread. */
    void add(Runnable work) {
        queue.add(work);
    }

    /** Lets {@link #run} return once it has done what was added before. Any thread. */
    void end() {
        queue.add(() -> ended = true);
    }

    /** Does the work until {@link #end} is called; the calling thread belongs to it. */
    void run() {
        run(hasWork -> {});
    }

    /**
     * As {@link #run()}.
     *
     * @param waiting what the thread does while there is no work; it gets the question whether there is some, and may return before
     */
    void run(Consumer<BooleanSupplier> waiting) {
        while (!ended) {
            waiting.accept(() -> !queue.isEmpty());
            Runnable next = next();
            if (next != null) {
                next.run();
            }
        }
    }

    /** What to do next, or null if the thread was interrupted: user code that ran before may have left that behind. */
    private @Nullable Runnable next() {
        try {
            return queue.take();
        } catch (InterruptedException leftBehind) {
            return null;
        }
    }
}
