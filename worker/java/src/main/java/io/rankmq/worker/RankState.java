// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/**
 * Where a rank is in its life. A transition that is not a method here does not exist.
 *
 * <pre>
 *   Joining ─welcomed─▶ Active ─draining─▶ Draining ─leaving─▶ Leaving
 *      │                  │ └──────────────leaving──────────────▲ │
 *      └──────────────────┴──────────ended──┴─────────────────────┴──▶ Ended
 * </pre>
 */
sealed interface RankState {

    /** The process ends now. */
    default Ended ended(Ending ending) {
        return new Ended(ending);
    }

    /** The ending that is under way, or this one. */
    default Ending endingOr(Ending other) {
        return other;
    }

    /** Runs commands and sends reports. */
    sealed interface Working extends RankState {

        /** The last word was said. */
        default Leaving leaving(Ending ending, long farewell, long endBy) {
            return new Leaving(ending, farewell, endBy);
        }
    }

    /** No WELCOME yet. */
    record Joining() implements RankState {
        Active welcomed() {
            return new Active();
        }
    }

    /** Takes commands. */
    record Active() implements Working {
        Draining draining(Ending ending, long workUntil, long endBy) {
            return new Draining(ending, workUntil, endBy);
        }
    }

    /**
     * Was told to end; what runs may still end in order, and events that are on their way may arrive.
     *
     * @param workUntil after this the running work is left alone
     * @param endBy after this nothing is waited for
     */
    record Draining(Ending ending, long workUntil, long endBy) implements Working {
        Draining withoutWaiting(long now) {
            return new Draining(ending, now, endBy);
        }

        @Override
        public Ending endingOr(Ending other) {
            return ending;
        }
    }

    /**
     * Has said its last word, and waits for its acknowledgement.
     *
     * @param farewell number of the report LEAVING or FAILED
     * @param endBy after this it is not waited for
     */
    record Leaving(Ending ending, long farewell, long endBy) implements RankState {
        @Override
        public Ending endingOr(Ending other) {
            return ending;
        }
    }

    /** Is over. */
    record Ended(Ending ending) implements RankState {
        @Override
        public Ended ended(Ending other) {
            return this;
        }
    }
}
