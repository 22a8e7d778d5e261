// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

/** One of the things that are compared: a parent with its ranks, each a process of its own, ready for round trips. */
interface Side extends AutoCloseable {

    /** So many round trips, one after another; the time of each in nanoseconds. */
    double[] roundTrips(int count) throws Exception;

    @Override
    void close();
}
