// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Measures what a piece of code allocates, in its thread where nothing else is said. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** The same of a second run, when all classes are loaded. */
    static long ofSecond(Callable<?> work) throws Exception {
        of(work);
        return of(work);
    }

    /** Bytes that {@code work} allocates, whether it returns or throws a ProtocolException. */
    static long of(Callable<?> work) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            work.call();
        } catch (ProtocolException refused) {
            // A refusal costs memory too, and is counted.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** The same in all threads together, for work that is divided among several; what others do meanwhile is in it. */
    static long everywhere(Callable<?> work) throws Exception {
        Map<Long, Long> before = ofThreads();
        work.call();
        // Thread by thread: one that ended meanwhile took its own count with it.
        return ofThreads().entrySet().stream()
                .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
                .sum();
    }

    private static Map<Long, Long> ofThreads() {
        long[] threads = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(threads);
        Map<Long, Long> living = new HashMap<>();
        for (int i = 0; i < threads.length; i++) {
            if (bytes[i] >= 0) {
                living.put(threads[i], bytes[i]);
            }
        }
        return living;
    }
}
