// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import org.jspecify.annotations.Nullable;

/**
 * A rank as the parent sees it.
 *
 * @param rank its number
 * @param state where it is in its life
 * @param host its host; null before it was started or joined
 * @param pid its process id; null as long as it is unknown
 * @param language language of its worker; null before it joined
 * @param runtime free text such as {@code Python 3.11.7}; null before it joined
 * @param attempt its incarnation, from 0
 * @param exit how its process ended, in words; null while it runs
 */
public record RankInfo(
        int rank,
        State state,
        @Nullable String host,
        @Nullable Long pid,
        @Nullable String language,
        @Nullable String runtime,
        int attempt,
        @Nullable String exit) {

    /** Where a rank is in its life (docs/protocol.md, section 6). */
    public enum State {
        /** It has not joined yet. */
        ABSENT,
        /** It has joined; whether it hears broadcasts is not proven yet. */
        JOINING,
        /** It hears and speaks. */
        READY,
        /** It left in order. */
        LEFT,
        /** It died, fell silent, or failed. */
        LOST
    }
}
