// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeatingTest {
    private static final List<HostSlots> HOSTS = List.of(host("h1", 2), host("h2", 1), host("h3", 2));

    @Test
    void fillsHostsInOrderAndKeepsTheRanksOfOneTogether() {
        assertThat(shown(Seating.of(HOSTS, 4, Set.of(), false)))
                .containsExactly("0 h1 0/2 #0", "1 h1 1/2 #0", "2 h2 0/1 #1", "3 h3 0/1 #2");
    }

    @Test
    void avoidsHostsWhileTheOthersHaveRoom() {
        assertThat(shown(Seating.of(HOSTS, 3, Set.of("h1.example.org"), false)))
                .containsExactly("0 h2 0/1 #0", "1 h3 0/2 #1", "2 h3 1/2 #1");
    }

    @Test
    void tellsHostsApartByTheirAddresses() {
        List<HostSlots> hosts = List.of(host("10.0.0.1", 1), host("10.0.0.2", 1));
        assertThat(shown(Seating.of(hosts, 1, Set.of("10.0.0.1"), false))).containsExactly("0 10.0.0.2 0/1 #0");
    }

    @Test
    void usesAvoidedHostsAgainWhenTheOthersAreTooFew() {
        assertThat(shown(Seating.of(HOSTS, 4, Set.of("h1"), false))).first().isEqualTo("0 h1 0/2 #0");
    }

    @Test
    void refusesMoreRanksThanSlots() {
        assertThatThrownBy(() -> Seating.of(HOSTS, 6, Set.of(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "hosts: they have 5 slots for 6 ranks; add hosts or slots, or allow more ranks than slots with"
                                + " oversubscribe: true");
    }

    @Test
    void givesEachHostItsShareOfTheExcess() {
        assertThat(shown(Seating.of(HOSTS, 8, Set.of(), true)))
                .containsExactly(
                        "0 h1 0/4 #0",
                        "1 h1 1/4 #0",
                        "2 h1 2/4 #0",
                        "3 h1 3/4 #0",
                        "4 h2 0/2 #1",
                        "5 h2 1/2 #1",
                        "6 h3 0/2 #2",
                        "7 h3 1/2 #2");
    }

    @Test
    void givesLocalRanksTheirDevicesInTurn() {
        List<HostSlots> hosts = List.of(new HostSlots("h1", 3, List.of("0", "1,2")));
        assertThat(Seating.of(hosts, 3, Set.of(), false))
                .extracting(Seat::devices)
                .containsExactly("0", "1,2", "0");
    }

    private static HostSlots host(String name, int slots) {
        return new HostSlots(name, slots, List.of());
    }

    private static List<String> shown(List<Seat> seats) {
        return seats.stream()
                .map(seat -> seat.rank() + " " + seat.host().name() + " " + seat.localRank() + "/" + seat.localSize()
                        + " #" + seat.group())
                .toList();
    }
}
