// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.security.CurveKeyPair;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A gang that is about to start: which keys its ranks will show.
 *
 * @param session name of the session, 1 to 64 characters of a-z, 0-9 and -
 * @param incarnation which start of the gang, from 0
 * @param publicKeys public key (Z85) of each rank; every rank has its own
 * @param joinKey public key (Z85) with which processes may claim a rank (docs/protocol.md, section 13); null: none may
 */
public record SessionRegistration(
        String session,
        int incarnation,
        SortedMap<Integer, String> publicKeys,
        @Nullable String joinKey) {

    /** Copies, and refuses what cannot be a session. */
    public SessionRegistration {
        publicKeys = Collections.unmodifiableSortedMap(new TreeMap<>(publicKeys));
        if (!session.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException(
                    "a session's name is 1 to 64 characters of a-z, 0-9 and -, not '" + session + "'");
        }
        if (incarnation < 0) {
            throw new IllegalArgumentException("an incarnation is not negative: " + incarnation);
        }
        if (publicKeys.isEmpty() || publicKeys.firstKey() < 0) {
            throw new IllegalArgumentException("a session needs ranks, numbered from 0: " + publicKeys.keySet());
        }
        if (new HashSet<>(publicKeys.values()).size() != publicKeys.size()) {
            throw new IllegalArgumentException("two ranks of session " + session + " have the same key");
        }
        if (joinKey != null && publicKeys.containsValue(joinKey)) {
            throw new IllegalArgumentException("the join key of session " + session + " is the key of a rank");
        }
    }

    /** The registration of ranks that know who they are. */
    public SessionRegistration(String session, int incarnation, SortedMap<Integer, String> publicKeys) {
        this(session, incarnation, publicKeys, null);
    }

    /** The same, with a key for processes that have no rank yet. */
    public SessionRegistration withJoinKey(@Nullable String key) {
        return new SessionRegistration(session, incarnation, publicKeys, key);
    }

    /** The registration of ranks with these key pairs. */
    public static SessionRegistration of(String session, int incarnation, Map<Integer, CurveKeyPair> keys) {
        TreeMap<Integer, String> publicKeys = new TreeMap<>();
        keys.forEach((rank, pair) -> publicKeys.put(rank, pair.publicKey()));
        return new SessionRegistration(session, incarnation, publicKeys);
    }
}
