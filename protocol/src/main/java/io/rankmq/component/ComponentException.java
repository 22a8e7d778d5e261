// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import io.rankmq.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/** A component may not or cannot be built. The message is one sentence for a person: which component, what is wrong, what to do. */
public final class ComponentException extends RuntimeException {
    private final ErrorCode code;

    /** A failure without a cause to show. */
    public ComponentException(ErrorCode code, String sentence) {
        this(code, sentence, null);
    }

    /** A failure that has a cause: what the component's constructor threw, for instance. */
    public ComponentException(ErrorCode code, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.code = code;
    }

    /** The code under which the failure travels. */
    public ErrorCode code() {
        return code;
    }
}
