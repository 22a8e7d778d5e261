// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.events;

/** Names of our own events and properties. RankMQ has no list of them: any text will do. */
final class Names {

    /** Event of a rank that waits for the answer: asks the parent for a {@link #START}. */
    static final String WHERE_TO_START = "where_to_start";

    /** Event of a rank that waits for nothing: tells where it is. */
    static final String PROGRESS = "progress";

    /** Event of rank 0 that waits for nothing: the search is over. */
    static final String CONVERGED = "converged";

    /** Event of the parent: the search is over. */
    static final String SEARCH_IS_OVER = "search_is_over";

    /** Property: where a rank begins. */
    static final String START = "start";

    /** Property: where a rank is. */
    static final String X = "x";

    /** Property: how flat the curve must be; sticky. */
    static final String TOLERANCE = "tolerance";

    /** Property: a word that is for the parent only; private. */
    static final String NOTE = "note";

    /** Property: the lowest point; sticky. */
    static final String LOWEST = "lowest";

    /** Property: which rank says so; sticky. */
    static final String FOUND_BY = "found_by";

    private Names() {}
}
