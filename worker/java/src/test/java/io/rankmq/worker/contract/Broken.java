// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker.contract;

/** Cannot be built. */
public final class Broken {
    /** Throws. */
    public Broken() {
        throw new IllegalStateException("no fuel");
    }
}
