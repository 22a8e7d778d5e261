// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import org.jspecify.annotations.Nullable;

/** Kinds of messages, for exhaustive switches. The name on the wire is the constant's; the two HEARTBEATs differ by sender. */
public enum Kind {
    INITIALIZE("INITIALIZE", StreamName.COMMANDS),
    EXECUTE("EXECUTE", StreamName.COMMANDS),
    HANDLE_EVENT("HANDLE_EVENT", StreamName.COMMANDS),
    ABORT("ABORT", StreamName.COMMANDS),
    CLOSE("CLOSE", StreamName.COMMANDS),
    PROBE("PROBE", null),
    PARENT_HEARTBEAT("HEARTBEAT", null),
    WELCOME("WELCOME", null),
    REFUSE("REFUSE", null),
    ACK("ACK", null),
    RESEND("RESEND", null),
    EVENT_REPLY("EVENT_REPLY", null),
    JOIN("JOIN", null),
    ECHO("ECHO", null),
    RANK_HEARTBEAT("HEARTBEAT", null),
    INITIALIZED("INITIALIZED", StreamName.REPORTS),
    RESULT("RESULT", StreamName.REPORTS),
    EVENT_HANDLED("EVENT_HANDLED", StreamName.REPORTS),
    FAILED("FAILED", StreamName.REPORTS),
    LEAVING("LEAVING", StreamName.REPORTS),
    EVENT("EVENT", StreamName.EVENTS),
    MARK("MARK", null);

    private final String wireName;
    private final @Nullable StreamName stream;

    Kind(String wireName, @Nullable StreamName stream) {
        this.wireName = wireName;
        this.stream = stream;
    }

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The stream that numbers this kind, or null if it is not numbered. */
    public @Nullable StreamName stream() {
        return stream;
    }
}
