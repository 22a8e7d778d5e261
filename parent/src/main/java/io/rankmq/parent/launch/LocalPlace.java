// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;

/**
 * What this host has for ranks.
 *
 * @param slots how many ranks it takes
 * @param devices what each local rank is to use; empty: nobody is told
 * @param deviceVariable the variable that tells it
 * @param oversubscribe whether more ranks than slots may be placed
 */
record LocalPlace(int slots, List<String> devices, String deviceVariable, boolean oversubscribe) {

    /** As many ranks as one wants. */
    static final LocalPlace ANY =
            new LocalPlace(HostSlots.MAX_SLOTS, List.of(), SettingsReader.DEFAULT_DEVICE_VARIABLE, false);

    LocalPlace {
        devices = List.copyOf(devices);
    }

    /**
     * The places of all ranks, all on this host.
     *
     * @throws IllegalArgumentException if there is no room; it begins with the key
     */
    List<Seat> seats(int worldSize) {
        if (worldSize > slots && !oversubscribe) {
            throw new IllegalArgumentException("slots: this host has " + slots + " for " + worldSize
                    + " ranks; give it more, or allow more ranks than slots with oversubscribe: true");
        }
        return Seating.of(
                List.of(new HostSlots(HostName.current(), slots, devices)), worldSize, List.of(), oversubscribe);
    }
}
