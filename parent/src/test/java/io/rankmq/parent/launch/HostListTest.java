// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostListTest {

    @TempDir
    private Path folder;

    @Test
    void readsNamesSlotsAndDevices() {
        List<Object> hosts = List.of(
                "h1", "me@h2:3", Map.of("host", "h3", "devices", List.of("0", 1)), Map.of("host", "h4", "slots", 2));
        assertThat(read(Map.of("hosts", hosts)))
                .containsExactly(
                        new HostSlots("h1", 1, List.of()),
                        new HostSlots("me@h2", 3, List.of()),
                        new HostSlots("h3", 2, List.of("0", "1")),
                        new HostSlots("h4", 2, List.of()));
    }

    @Test
    void readsOneText() {
        assertThat(read(Map.of("hosts", "h1:2, h2")))
                .extracting(HostSlots::name)
                .containsExactly("h1", "h2");
    }

    @Test
    void readsAFileOfHosts() throws Exception {
        Files.writeString(folder.resolve("hosts"), "# ours\nh1 slots=2\n\nh2:3 # new\nh3 slots = 4 max_slots=8\nh4\n");
        assertThat(read(Map.of("hostfile", "hosts")))
                .extracting(HostSlots::slots)
                .containsExactly(2, 3, 4, 1);
    }

    @Test
    void namesTheLineThatIsNoHost() throws Exception {
        Files.writeString(folder.resolve("hosts"), "h1\nh2 slot 3\n");
        assertThatThrownBy(() -> read(Map.of("hostfile", "hosts")))
                .hasMessage("hostfile: " + folder.resolve("hosts")
                        + " line 2: 'h2 slot 3' is no host; write it as in: h1 slots=2");
    }

    @Test
    void refusesWhatSshWouldTakeForAnOption() {
        assertThatThrownBy(() -> read(Map.of("hosts", List.of("h1", "-oProxyCommand=x"))))
                .hasMessageStartingWith("hosts[1]: '-oProxyCommand=x' is no name of a host");
    }

    @Test
    void tellsAllFaultsAtOnce() throws Exception {
        Files.writeString(folder.resolve("hosts"), "h1 slot 2\nh2\nh3 h4\n");
        assertThatThrownBy(() -> read(Map.of("hostfile", "hosts")))
                .isInstanceOfSatisfying(
                        SettingsException.class, e -> assertThat(e.faults()).hasSize(2));
        List<Object> hosts = List.of(Map.of("host", "h1", "slots", 0, "slot", 1), "-x", Map.of("devices", 3), "h2");
        assertThatThrownBy(() -> read(Map.of("hosts", hosts)))
                .isInstanceOfSatisfying(
                        SettingsException.class,
                        e -> assertThat(e.faults())
                                .extracting(fault -> fault.replaceFirst(": .*", ""))
                                .containsExactly(
                                        "hosts[0].slot",
                                        "hosts[0].slots",
                                        "hosts[1]",
                                        "hosts[2].host",
                                        "hosts[2].devices"));
    }

    @Test
    void refusesOtherFaultsWithTheirKeys() {
        assertThatThrownBy(() -> read(Map.of())).hasMessageStartingWith("hosts: give either hosts");
        assertThatThrownBy(() -> read(Map.of("hosts", List.of()))).hasMessageStartingWith("hosts: no host is named");
        assertThatThrownBy(() -> read(Map.of("hosts", List.of("h1", "me@h1"))))
                .hasMessageStartingWith("hosts: a host is named twice");
        assertThatThrownBy(() -> read(Map.of("hosts", List.of(Map.of("host", "h1", "slots", 0)))))
                .hasMessage("hosts[0].slots: '0' was given, expected an integer from 1 to 65536");
        assertThatThrownBy(() -> read(Map.of("hosts", List.of(Map.of("host", "h1", "slot", 1)))))
                .hasMessage("hosts[0].slot: unknown setting; did you mean 'slots'?");
        assertThatThrownBy(() -> read(Map.of("hostfile", "none"))).hasMessageStartingWith("hostfile: " + folder);
    }

    private List<HostSlots> read(Map<String, Object> settings) {
        SettingsReader reader = new SettingsReader(settings, HostList.KEYS);
        List<HostSlots> hosts = HostList.read(reader, folder);
        reader.check();
        return hosts;
    }
}
