// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

/**
 * What a session has counted so far.
 *
 * @param eventsUp events that ranks fired and the parent handled
 * @param eventsDown events relayed to the ranks
 * @param relayFailures events that could not be relayed, or whose answer did not come in time
 * @param repeats messages that came more than once and were dropped
 * @param gaps messages dropped because one before them was missing
 * @param resent messages sent again because the other side asked
 * @param rejected messages dropped because they were malformed, of another incarnation, or not allowed
 * @param late results of tasks that were over
 */
public record SessionStats(
        long eventsUp,
        long eventsDown,
        long relayFailures,
        long repeats,
        long gaps,
        long resent,
        long rejected,
        long late) {

    /** The same with what the parent's own threads have counted. */
    SessionStats withParents(long relayedDown, long failures) {
        return new SessionStats(eventsUp, relayedDown, relayFailures + failures, repeats, gaps, resent, rejected, late);
    }
}
