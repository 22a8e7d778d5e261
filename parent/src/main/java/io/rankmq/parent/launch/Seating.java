// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Gives each rank a place: host by host in the order in which they were named, the ranks of a host contiguous. */
final class Seating {
    private Seating() {}

    /**
     * The places of all ranks.
     *
     * @param avoid names of hosts that are used only if the others have no room
     * @param oversubscribe whether more ranks than slots may be placed; each host then gets its share of the excess
     * @throws IllegalArgumentException if there is no room; one sentence that begins with a setting's key
     */
    static List<Seat> of(List<HostSlots> hosts, int worldSize, Collection<String> avoid, boolean oversubscribe) {
        int all = slots(hosts);
        if (all < worldSize && !oversubscribe) {
            throw new IllegalArgumentException("hosts: they have " + all + " slots for " + worldSize
                    + " ranks; add hosts or slots, or allow more ranks than slots with oversubscribe: true");
        }
        List<HostSlots> others = hosts.stream()
                .filter(host -> avoid.stream().noneMatch(name -> HostName.same(name, host.name())))
                .toList();
        List<HostSlots> used = slots(others) >= worldSize || (oversubscribe && !others.isEmpty()) ? others : hosts;
        return fill(used, worldSize);
    }

    private static List<Seat> fill(List<HostSlots> hosts, int worldSize) {
        int slots = slots(hosts);
        int share = Math.max(1, (worldSize + slots - 1) / slots);
        List<Seat> seats = new ArrayList<>();
        int group = 0;
        for (HostSlots host : hosts) {
            int size = Math.min(host.slots() * share, worldSize - seats.size());
            for (int local = 0; local < size; local++) {
                seats.add(new Seat(seats.size(), host, local, size, group));
            }
            group++;
        }
        return seats;
    }

    private static int slots(List<HostSlots> hosts) {
        return hosts.stream().mapToInt(HostSlots::slots).sum();
    }
}
