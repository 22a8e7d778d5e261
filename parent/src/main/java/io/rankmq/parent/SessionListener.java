// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.GangListener;

/** Watches a session, for progress displays and the like. Calls come from several threads and must return soon. */
public interface SessionListener {

    /** A rank's state, place or exit changed. */
    default void onRank(RankInfo rank) {}

    /** A rank wrote a line. */
    default void onOutput(GangListener.Line line) {}

    /** Processes that come by themselves claim ranks; so many of the world size are there. Told when the number changes. */
    default void onClaims(int there, int worldSize) {}

    /** A rank fired an event, before it is handled. */
    default void onEvent(int rank, String eventType) {}

    /** The gang was lost and will be replaced; told before its ranks are ended. */
    default void onRestart(Restart restart) {}

    /** The session failed; told once, before the ranks are ended. */
    default void onFailure(RankFailure failure) {}
}
