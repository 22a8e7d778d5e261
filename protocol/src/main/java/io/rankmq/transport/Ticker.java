// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/** Source of time: nanoseconds since an arbitrary start, never going back. Tests supply their own. */
@FunctionalInterface
public interface Ticker {

    /** The time in nanoseconds; only differences mean something. May be called from any thread. */
    long nanos();

    /** The time of this JVM. */
    static Ticker system() {
        return System::nanoTime;
    }
}
