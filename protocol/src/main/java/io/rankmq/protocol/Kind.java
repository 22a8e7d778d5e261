// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kinds of messages, for exhaustive switches. The name on the wire is the constant's; the two HEARTBEATs differ by sender. */
public enum Kind {
    INITIALIZE(Sender.PARENT, StreamName.COMMANDS, BodyRule.ALWAYS),
    EXECUTE(Sender.PARENT, StreamName.COMMANDS, BodyRule.ALWAYS),
    HANDLE_EVENT(Sender.PARENT, StreamName.COMMANDS, BodyRule.ALWAYS),
    ABORT(Sender.PARENT, StreamName.COMMANDS, BodyRule.NEVER),
    CLOSE(Sender.PARENT, StreamName.COMMANDS, BodyRule.NEVER),
    PROBE(Sender.PARENT, null, BodyRule.NEVER),
    PARENT_HEARTBEAT(Sender.PARENT, null, BodyRule.NEVER),
    WELCOME(Sender.PARENT, null, BodyRule.NEVER),
    REFUSE(Sender.PARENT, null, BodyRule.NEVER),
    ACK(null, null, BodyRule.NEVER),
    RESEND(null, null, BodyRule.NEVER),
    EVENT_REPLY(Sender.PARENT, null, BodyRule.MAYBE),
    JOIN(Sender.RANK, null, BodyRule.NEVER),
    ECHO(Sender.RANK, null, BodyRule.NEVER),
    RANK_HEARTBEAT(Sender.RANK, null, BodyRule.NEVER),
    INITIALIZED(Sender.RANK, StreamName.REPORTS, BodyRule.MAYBE),
    RESULT(Sender.RANK, StreamName.REPORTS, BodyRule.MAYBE),
    EVENT_HANDLED(Sender.RANK, StreamName.REPORTS, BodyRule.MAYBE),
    FAILED(Sender.RANK, StreamName.REPORTS, BodyRule.NEVER),
    LEAVING(Sender.RANK, StreamName.REPORTS, BodyRule.NEVER),
    EVENT(Sender.RANK, StreamName.EVENTS, BodyRule.ALWAYS),
    MARK(Sender.RANK, null, BodyRule.NEVER),
    CLAIM(Sender.CLAIMANT, null, BodyRule.NEVER),
    CLAIMED(Sender.PARENT, null, BodyRule.NEVER),
    ASSIGN(Sender.PARENT, null, BodyRule.NEVER);

    /** Whether a message of this kind has a body. */
    enum BodyRule {
        ALWAYS,
        MAYBE,
        NEVER
    }

    private static final Map<Sender, Map<String, Kind>> BY_NAME = new EnumMap<>(Sender.class);

    static {
        for (Sender sender : Sender.values()) {
            Map<String, Kind> kinds = new HashMap<>();
            for (Kind kind : values()) {
                if (kind.isSentBy(sender)) {
                    kinds.put(kind.wireName, kind);
                }
            }
            BY_NAME.put(sender, Map.copyOf(kinds));
        }
    }

    private final @Nullable Sender sender;
    private final @Nullable StreamName stream;
    private final BodyRule bodyRule;
    private final String wireName;

    Kind(@Nullable Sender sender, @Nullable StreamName stream, BodyRule bodyRule) {
        this.sender = sender;
        this.stream = stream;
        this.bodyRule = bodyRule;
        this.wireName = name().endsWith("_HEARTBEAT") ? "HEARTBEAT" : name();
    }

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The stream that numbers this kind, or null if it is not numbered. */
    public @Nullable StreamName stream() {
        return stream;
    }

    /** Whether that side may send this kind. */
    public boolean isSentBy(Sender who) {
        return sender == null ? who != Sender.CLAIMANT : sender == who;
    }

    /** Whether large values of this kind may travel by reference. */
    boolean mayRefer() {
        return this == EXECUTE || this == RESULT;
    }

    BodyRule bodyRule() {
        return bodyRule;
    }

    /** Whether any side may send a kind with that name. */
    static boolean isKnown(String name) {
        return BY_NAME.values().stream().anyMatch(kinds -> kinds.containsKey(name));
    }

    /** The kind with that name that this side may send, or null. */
    static @Nullable Kind ofWireName(String name, Sender sender) {
        Map<String, Kind> kinds = BY_NAME.get(sender);
        return kinds == null ? null : kinds.get(name);
    }
}
