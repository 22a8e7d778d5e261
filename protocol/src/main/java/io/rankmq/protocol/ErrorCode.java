// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/** Errors as the protocol numbers them (docs/protocol.md, section 9). */
public enum ErrorCode {
    /** A code of a newer peer. */
    UNKNOWN(1, Category.PROTOCOL, false),
    /** Bytes that are no message of this protocol. */
    MALFORMED(2, Category.PROTOCOL, false),
    /** A limit of section 8. */
    LIMIT_EXCEEDED(3, Category.PROTOCOL, false),
    /** No common version. */
    UNSUPPORTED_VERSION(4, Category.PROTOCOL, false),
    /** The key does not entitle its owner to this. */
    FORBIDDEN(5, Category.PROTOCOL, false),
    /** The rank was told another world size. */
    BAD_WORLD_SIZE(6, Category.PROTOCOL, false),
    /** The session is over. */
    SESSION_CLOSED(7, Category.PROTOCOL, false),
    /** A value that section 3 does not allow. */
    INVALID_VALUE(8, Category.PROTOCOL, false),
    /** The path is not on the allow-list. */
    COMPONENT_NOT_ALLOWED(20, Category.COMPONENT, false),
    /** A component could not be built. */
    COMPONENT_FAILED(21, Category.COMPONENT, false),
    /** The executor id names no executor. */
    NOT_AN_EXECUTOR(22, Category.COMPONENT, false),
    /** The executor threw. */
    EXECUTION_FAILED(30, Category.TASK, true),
    /** An event handler threw. */
    HANDLER_FAILED(31, Category.TASK, true),
    /** The task's time was up. */
    TASK_TIMEOUT(32, Category.TASK, true),
    /** The task was told to abort. */
    TASK_ABORTED(33, Category.TASK, true),
    /** A value that travels by reference could not be brought. */
    DATA_UNAVAILABLE(34, Category.TASK, true),
    /** The process ended before its session. */
    RANK_EXITED(40, Category.RANK, true),
    /** No heartbeat for a lease. */
    RANK_SILENT(41, Category.RANK, true),
    /** The rank did not join in time. */
    JOIN_TIMEOUT(42, Category.RANK, true),
    /** The launcher could not start it. */
    LAUNCH_FAILED(43, Category.RANK, false),
    /** INITIALIZE was not answered in time. */
    INITIALIZE_TIMEOUT(44, Category.RANK, true),
    /** The log folder cannot be written. */
    LOG_FAILED(50, Category.HOST, false),
    /** The broker is gone, or has ended the session. */
    BROKER_LOST(51, Category.HOST, true),
    /** A bug. */
    INTERNAL(60, Category.HOST, false);

    /** What kind of thing went wrong. */
    public enum Category {
        /** The conversation between peers. */
        PROTOCOL,
        /** Building the user's components. */
        COMPONENT,
        /** Running the user's code. */
        TASK,
        /** A rank as a process. */
        RANK,
        /** The machine, or RankMQ itself. */
        HOST
    }

    private final int number;
    private final Category category;
    private final boolean retriable;

    ErrorCode(int number, Category category, boolean retriable) {
        this.number = number;
        this.category = category;
        this.retriable = retriable;
    }

    /** Number on the wire. */
    public int number() {
        return number;
    }

    /** What kind of thing went wrong. */
    public Category category() {
        return category;
    }

    /** Whether the same call may succeed in a new incarnation. */
    public boolean retriable() {
        return retriable;
    }

    /** The code with that number; {@link #UNKNOWN} for one of a newer peer. */
    public static ErrorCode ofNumber(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return UNKNOWN;
    }
}
