// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

/**
 * What a session has counted so far, in all its incarnations.
 *
 * @param eventsUp events that ranks fired and the parent handled
 * @param eventsDown events relayed to the ranks
 * @param relayFailures events that could not be relayed, or whose answer did not come in time
 * @param repeats messages that came more than once and were dropped
 * @param gaps messages dropped because one before them was missing
 * @param resent messages sent again because the other side asked
 * @param rejected messages dropped because they were malformed, of another incarnation, or not allowed
 * @param late what came when it did not matter any more: results of tasks that were over, messages of ranks that had left, events that were not
 *     handled when their ranks were ended
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

    /** Nothing counted. */
    static final SessionStats NONE = new SessionStats(0, 0, 0, 0, 0, 0, 0, 0);

    /** What both have counted. */
    SessionStats plus(SessionStats other) {
        return new SessionStats(
                eventsUp + other.eventsUp,
                eventsDown + other.eventsDown,
                relayFailures + other.relayFailures,
                repeats + other.repeats,
                gaps + other.gaps,
                resent + other.resent,
                rejected + other.rejected,
                late + other.late);
    }

    /** The same with events that were dropped. */
    SessionStats withDropped(long events) {
        return new SessionStats(eventsUp, eventsDown, relayFailures, repeats, gaps, resent, rejected, late + events);
    }

    /** The same with what the parent's own threads have counted. */
    SessionStats withParents(long relayedDown, long failures) {
        return new SessionStats(eventsUp, relayedDown, relayFailures + failures, repeats, gaps, resent, rejected, late);
    }
}
