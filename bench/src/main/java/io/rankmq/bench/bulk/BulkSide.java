// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

/** One way of bringing a value to four ranks, of which the first sends as much back. */
interface BulkSide extends AutoCloseable {

    /** One turn with a value that was not sent before: it reaches all ranks, and as much comes back; in nanoseconds. */
    double turn() throws Exception;

    @Override
    void close();
}
