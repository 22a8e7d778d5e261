// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** When a process without a rank claims one, connects again, or gives up (docs/protocol.md, section 13). Times are nanoseconds. */
final class ClaimTimes {

    /** What is to be done. */
    enum Due {
        NOTHING,
        CLAIM,
        /** New sockets, and then a claim. */
        REBUILD,
        GIVE_UP
    }

    private long heardAt;
    private long attemptAt;
    private long nextClaim;

    ClaimTimes(long now) {
        heardAt = now;
        attemptAt = now;
        nextClaim = now;
    }

    /** The parent has answered. */
    void heard(long now) {
        heardAt = now;
        attemptAt = now;
    }

    /** What is due; counts it as done. */
    Due take(long now) {
        if (now - heardAt >= Timing.JOIN_DEADLINE) {
            return Due.GIVE_UP;
        }
        boolean rebuild = now - attemptAt >= Timing.REBUILD_AFTER;
        if (rebuild) {
            attemptAt = now;
        } else if (!Timing.isDue(nextClaim, now)) {
            return Due.NOTHING;
        }
        nextClaim = now + Timing.JOIN_EVERY;
        return rebuild ? Due.REBUILD : Due.CLAIM;
    }

    /** When something is due next. */
    long next() {
        return Math.min(nextClaim, Math.min(attemptAt + Timing.REBUILD_AFTER, heardAt + Timing.JOIN_DEADLINE));
    }
}
