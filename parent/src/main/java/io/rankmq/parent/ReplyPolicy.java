// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Shareable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whose replies a task wants, and what the caller gets from them. A task ends when every rank has ended it, whatever the policy, so
 * that no rank's failure is overlooked; ranks that are not asked for a reply send none. Anybody may implement it.
 */
public interface ReplyPolicy {

    /** The ranks that reply, a subset of 0 ... worldSize-1. */
    Set<Integer> repliers(int worldSize);

    /**
     * Makes the caller's reply. Called in the caller's thread.
     *
     * @param replies reply of each replier, by rank, all of them OK
     */
    Shareable combine(SortedMap<Integer, Shareable> replies);

    /** Rank 0 replies, and its reply is the caller's: the default. */
    static ReplyPolicy rank0() {
        return new ReplyPolicy() {
            @Override
            public Set<Integer> repliers(int worldSize) {
                return Set.of(0);
            }

            @Override
            public Shareable combine(SortedMap<Integer, Shareable> replies) {
                return replies.values().iterator().next();
            }

            @Override
            public String toString() {
                return "rank0";
            }
        };
    }

    /** Every rank replies; the caller's reply has a value for each, named by the rank: a map with {@code headers} and {@code values}. */
    static ReplyPolicy all() {
        return new ReplyPolicy() {
            @Override
            public Set<Integer> repliers(int worldSize) {
                return IntStream.range(0, worldSize).boxed().collect(Collectors.toSet());
            }

            @Override
            public Shareable combine(SortedMap<Integer, Shareable> replies) {
                Map<String, Object> byRank = new LinkedHashMap<>();
                replies.forEach((rank, reply) -> byRank.put(
                        Integer.toString(rank), Map.of("headers", reply.headers(), "values", reply.values())));
                return new Shareable(Map.of(), byRank);
            }

            @Override
            public String toString() {
                return "all";
            }
        };
    }
}
