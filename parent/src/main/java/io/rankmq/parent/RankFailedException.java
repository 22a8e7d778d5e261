// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

/** A session or a task failed. Made anew for each caller, so that the trace is the caller's. */
public final class RankFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient RankFailure failure;

    /** With the failure, whose message becomes this exception's. */
    public RankFailedException(RankFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** What failed. */
    public RankFailure failure() {
        return failure;
    }
}
