// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Measures what a piece of code allocates in its thread. */
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
}
