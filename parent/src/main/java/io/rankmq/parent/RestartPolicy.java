// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.ErrorCode;

/** Which failures are answered by another gang, and how often (docs/decisions/0004-what-is-restarted.md). Not safe for several threads. */
final class RestartPolicy {
    private final int max;
    private int used;

    RestartPolicy(int max) {
        this.max = max;
    }

    /** Whether a gang that was lost by this may be replaced; if so, a restart is used up. */
    boolean take(RankFailure failure) {
        // Somebody wanted that to end; another gang would do it again.
        boolean wanted = failure.code() == ErrorCode.TASK_ABORTED;
        if (wanted || !failure.code().retriable() || used >= max) {
            return false;
        }
        used++;
        return true;
    }

    int max() {
        return max;
    }

    int used() {
        return used;
    }

    /** The failure that ends the session, with the attempt in which it happened. */
    RankFailure last(RankFailure failure, int attempt) {
        return max == 0
                ? failure
                : failure.withMessage("in attempt_" + attempt + " (restarts used: " + used + " of " + max + "), "
                        + failure.message());
    }
}
