// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker.contract;

import java.util.ArrayList;
import java.util.List;

/** What happened in this process, in order. */
final class Journal {
    private static final List<String> ENTRIES = new ArrayList<>();

    private Journal() {}

    static synchronized void add(String entry) {
        ENTRIES.add(entry);
    }

    static synchronized List<String> entries() {
        return List.copyOf(ENTRIES);
    }
}
