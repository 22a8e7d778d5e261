// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All ranks of one incarnation, and the proof that a joined rank hears broadcasts. Each JOIN makes a fresh nonce; a rank is proven when it echoes a nonce that
 * was made at its JOIN or later. Used by the loop thread only.
 */
final class RankTable {
    private static final long FIRST_PROBE_NANOS = 5_000_000L;
    private static final long LAST_PROBE_NANOS = 250_000_000L;

    private final List<RankSlot> slots = new ArrayList<>();
    private final long[] provenBy;
    private long nonce;
    private long probeAt = RankSlot.NEVER;
    private long probeDelay = FIRST_PROBE_NANOS;

    RankTable(int worldSize, int incarnation, long firstNonce, long now) {
        for (int rank = 0; rank < worldSize; rank++) {
            slots.add(new RankSlot(rank, incarnation, now));
        }
        provenBy = new long[worldSize];
        nonce = firstNonce;
    }

    RankSlot slot(int rank) {
        return slots.get(rank);
    }

    List<RankSlot> all() {
        return slots;
    }

    int size() {
        return slots.size();
    }

    /** A rank has joined: it must echo this nonce or a later one. */
    void probeFromNow(RankSlot slot, long now) {
        nonce++;
        provenBy[slot.rank()] = nonce;
        probeDelay = FIRST_PROBE_NANOS;
        probeAt = now;
    }

    boolean proves(RankSlot slot, long echoed) {
        return echoed >= provenBy[slot.rank()] && echoed <= nonce;
    }

    /** The nonce to broadcast now, or null if no probe is due. */
    @Nullable
    Long dueProbe(long now) {
        if (now < probeAt) {
            return null;
        }
        if (slots.stream().noneMatch(slot -> slot.state() == RankInfo.State.JOINING)) {
            probeAt = RankSlot.NEVER;
            return null;
        }
        probeAt = now + probeDelay;
        probeDelay = Math.min(2 * probeDelay, LAST_PROBE_NANOS);
        return nonce;
    }

    long nextProbeAt() {
        return probeAt;
    }

    boolean allReady() {
        return slots.stream().allMatch(slot -> slot.state() == RankInfo.State.READY);
    }

    /** Ranks that have joined and not left. */
    BitSet living() {
        BitSet living = new BitSet();
        slots.stream().filter(RankSlot::isIn).forEach(slot -> living.set(slot.rank()));
        return living;
    }

    /** Ranks that never joined. */
    BitSet absent() {
        BitSet absent = new BitSet();
        slots.stream().filter(slot -> slot.state() == RankInfo.State.ABSENT).forEach(slot -> absent.set(slot.rank()));
        return absent;
    }

    /** Hosts of ranks that are lost, and of those that have not joined if they are wanted too, by their launcher's names. */
    Set<String> lostHosts(boolean andAbsent) {
        Set<String> hosts = new TreeSet<>();
        for (RankSlot slot : slots) {
            String place = slot.place();
            boolean isLost =
                    slot.state() == RankInfo.State.LOST || (andAbsent && slot.state() == RankInfo.State.ABSENT);
            if (place != null && isLost) {
                hosts.add(place);
            }
        }
        return hosts;
    }

    /** The last command that every rank has taken. */
    long appliedByAll() {
        return slots.stream()
                .filter(slot -> !slot.isOver())
                .mapToLong(slot -> slot.applied)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
