// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import io.rankmq.security.CurveKeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives ranks to processes that come without one (docs/protocol.md, section 13): host by host, once as many are there as the world size. Its
 * memory is bounded by the world size, whatever holders of the join key send. No socket, thread or clock; used by the loop thread only.
 */
final class Claims {
    private static final long FORGOTTEN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F.:]{2,45}");

    /** Processes of one host share memory and devices, so both must agree: containers may have the same name. */
    private record Host(String name, String address) {}

    private static final class Claimant {
        Message.Claim claim;
        long heardAt;
        Message.@Nullable Assign place;

        Claimant(Message.Claim claim, long now) {
            this.claim = claim;
            this.heardAt = now;
        }

        Host host() {
            return new Host(claim.host(), claim.address());
        }

        int slot() {
            return claim.slot() == null ? Integer.MAX_VALUE : claim.slot();
        }
    }

    private final SortedMap<Integer, CurveKeyPair> keys;
    private final Duration limit;
    private final long deadline;
    private final Map<Long, Claimant> claimants = new LinkedHashMap<>();
    private boolean assigned;
    private long refused;

    /**
     * No claim yet.
     *
     * @param keys of all ranks
     * @param limit until all claims must be there
     */
    Claims(SortedMap<Integer, CurveKeyPair> keys, Duration limit, long now) {
        this.keys = keys;
        this.limit = limit;
        deadline = now + limit.toNanos();
    }

    /** The answer to a claim. */
    Message on(Message.Claim claim, long now) {
        forget(now);
        Claimant known = claimants.get(claim.nonce());
        if (known == null) {
            WireError objection = objection(claim);
            if (objection != null) {
                refused++;
                return new Message.Refuse(objection);
            }
            known = new Claimant(claim, now);
            claimants.put(claim.nonce(), known);
        }
        known.heardAt = now;
        if (claimants.size() == keys.size() && !assigned) {
            assign();
        }
        return known.place != null ? known.place : new Message.Claimed(claim.nonce(), claimants.size(), keys.size());
    }

    private @Nullable WireError objection(Message.Claim claim) {
        if (claim.minVersion() > JoinRules.PROTOCOL_VERSION || claim.maxVersion() < JoinRules.PROTOCOL_VERSION) {
            return WireError.of(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "the parent speaks version " + JoinRules.PROTOCOL_VERSION + ", the process " + claim.minVersion()
                            + " to " + claim.maxVersion() + "; update the older of the two");
        }
        if (!ADDRESS.matcher(claim.address()).matches()) {
            return WireError.of(ErrorCode.INVALID_VALUE, "the address of a claim must be numeric");
        }
        return assigned
                ? WireError.of(
                        ErrorCode.LIMIT_EXCEEDED,
                        "all " + keys.size()
                                + " ranks of this session are taken; start fewer processes, or let this one"
                                + " wait for the next session")
                : null;
    }

    private void assign() {
        assigned = true;
        Map<Host, List<Claimant>> hosts = new LinkedHashMap<>();
        claimants
                .values()
                .forEach(claimant -> hosts.computeIfAbsent(claimant.host(), host -> new ArrayList<>())
                        .add(claimant));
        hosts.values().forEach(ofHost -> ofHost.sort(Comparator.comparingInt(Claimant::slot)));
        Message.Claim first = hosts.values().iterator().next().get(0).claim;
        int rank = 0;
        int group = 0;
        for (List<Claimant> ofHost : hosts.values()) {
            for (int local = 0; local < ofHost.size(); local++) {
                Claimant claimant = ofHost.get(local);
                CurveKeyPair own = keys.get(rank);
                if (own == null) {
                    throw new IllegalStateException("ranks must be numbered from 0 without gaps: " + keys.keySet());
                }
                claimant.place = new Message.Assign(
                        claimant.claim.nonce(),
                        rank++,
                        keys.size(),
                        local,
                        ofHost.size(),
                        group,
                        first.address(),
                        first.port(),
                        own.publicKey(),
                        own.secretKey());
            }
            group++;
        }
    }

    /** Why the session fails now, or null. */
    @Nullable
    RankFailure expire(long now) {
        forget(now);
        if (assigned || now < deadline) {
            return null;
        }
        Map<String, Integer> perHost = new TreeMap<>();
        claimants.values().forEach(claimant -> perHost.merge(claimant.claim.host(), 1, Integer::sum));
        StringBuilder from = new StringBuilder();
        perHost.forEach((host, count) -> from.append(from.length() == 0 ? ": " : ", ")
                .append(count)
                .append(" from host ")
                .append(host));
        return RankFailure.ofSession(
                ErrorCode.JOIN_TIMEOUT,
                "only " + there() + " of " + keys.size() + " ranks came within " + Failures.words(limit) + from
                        + "; start the others with this session's bootstrap document, or lower world_size");
    }

    private void forget(long now) {
        if (!assigned) {
            claimants.values().removeIf(claimant -> now - claimant.heardAt > FORGOTTEN_AFTER_NANOS);
        }
    }

    /** How many processes claim a rank or have one. */
    int there() {
        return claimants.size();
    }

    /** Whether all ranks are given. */
    boolean isComplete() {
        return assigned;
    }

    /** Claims that were refused. */
    long refused() {
        return refused;
    }
}
