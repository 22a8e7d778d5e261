// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import org.jspecify.annotations.Nullable;

/** Bytes that are no message of this protocol, or a value that it cannot carry. The message is one sentence for a person. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** A fault without another cause. */
    public ProtocolException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** A fault that an exception of a library revealed. */
    public ProtocolException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The protocol's name for the fault. */
    public ErrorCode code() {
        return code;
    }

    /** The fault as it travels. */
    public WireError toWireError() {
        return WireError.of(code, String.valueOf(getMessage()));
    }
}
