// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/**
 * What was dropped or done again.
 *
 * @param foreign messages of another session or incarnation
 * @param unexpected messages that make no sense in this state or on this channel
 * @param repeats commands that came again
 * @param gaps commands that came before one that was missing
 * @param rebuilds times that the sockets were rebuilt
 * @param staleReplies answers to events that nobody waited for
 * @param lateEvents events that were fired when the rank was told to end and nothing ran any more
 * @param lostEvents events that were not acknowledged when the rank ended; the parent may have them
 */
record RankCounters(
        long foreign,
        long unexpected,
        long repeats,
        long gaps,
        long rebuilds,
        long staleReplies,
        long lateEvents,
        long lostEvents) {

    /** Whether there is anything to tell. */
    boolean isQuiet() {
        return foreign + unexpected + repeats + gaps + rebuilds + staleReplies + lateEvents + lostEvents == 0;
    }
}
