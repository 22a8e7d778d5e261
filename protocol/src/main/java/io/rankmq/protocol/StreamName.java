// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.util.Locale;

/** The numbered streams (docs/protocol.md, section 4). */
public enum StreamName {
    /** Parent to all ranks. */
    COMMANDS,
    /** Rank to parent over DEALER. */
    REPORTS,
    /** Rank to parent over PUSH. */
    EVENTS;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }
}
