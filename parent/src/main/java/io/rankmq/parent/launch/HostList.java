// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the hosts of a launcher's settings: {@code hosts}, or {@code hostfile} in the manner of mpirun. */
final class HostList {
    static final Set<String> KEYS = Set.of("hosts", "hostfile");

    private static final Set<String> HOST_KEYS = Set.of("host", "slots", "devices");
    private static final Pattern FILE_LINE = Pattern.compile(
            "(\\S+?)(?::(\\d{1,5}))?(?:\\s+slots\\s*=\\s*(\\d{1,5}))?(?:\\s+max[-_]slots\\s*=\\s*\\d+)?");

    private HostList() {}

    /**
     * The hosts in the order in which they are named; without those that are not understood, which are faults of the settings.
     */
    static List<HostSlots> read(SettingsReader reader, Path baseDirectory) {
        if (reader.has("hosts") == reader.has("hostfile")) {
            reader.fault("hosts", "give either hosts, as in [h1, h2:2], or a hostfile");
            return List.of();
        }
        int before = reader.faults();
        List<HostSlots> hosts = reader.has("hosts") ? listed(reader) : filed(reader, baseDirectory);
        if (hosts.isEmpty() && reader.faults() == before) {
            reader.fault(reader.has("hosts") ? "hosts" : "hostfile", "no host is named; name at least one");
        }
        long names = hosts.stream().map(HostSlots::name).distinct().count();
        if (names < hosts.size()) {
            reader.fault("hosts", "a host is named twice; name it once, with all its slots");
        }
        return hosts;
    }

    private static List<HostSlots> listed(SettingsReader reader) {
        List<HostSlots> hosts = new ArrayList<>();
        int number = 0;
        for (Object item : reader.items("hosts")) {
            String key = "hosts[" + number++ + "]";
            if (item instanceof Map<?, ?> map) {
                host(reader, key, map, hosts);
            } else {
                reader.attempt(key, () -> hosts.add(HostSlots.parse(String.valueOf(item))));
            }
        }
        return hosts;
    }

    private static void host(SettingsReader reader, String key, Map<?, ?> map, List<HostSlots> hosts) {
        SettingsReader inside = reader.inside(key, map, HOST_KEYS);
        if (!inside.has("host")) {
            inside.fault("host", "it is missing; name the host");
        }
        String name = inside.text("host");
        List<String> devices = inside.words("devices");
        List<String> all = devices == null ? List.of() : devices;
        int slots = inside.integer("slots", 1, HostSlots.MAX_SLOTS, Math.max(1, all.size()));
        if (name != null) {
            reader.attempt(key, () -> hosts.add(new HostSlots(name, slots, all)));
        }
    }

    private static List<HostSlots> filed(SettingsReader reader, Path baseDirectory) {
        List<HostSlots> hosts = new ArrayList<>();
        String name = reader.text("hostfile");
        if (name == null) {
            return hosts;
        }
        Path file = baseDirectory.resolve(name);
        try {
            int number = 0;
            for (String raw : Files.readAllLines(file)) {
                number++;
                String line = raw.replaceFirst("#.*", "").strip();
                if (!line.isEmpty()) {
                    String where = file + " line " + number + ": ";
                    reader.attempt("hostfile", () -> hosts.add(ofLine(where, line)));
                }
            }
        } catch (IOException e) {
            reader.fault("hostfile", file + " cannot be read; make it readable, or correct its name");
        }
        return hosts;
    }

    private static HostSlots ofLine(String where, String line) {
        Matcher matcher = FILE_LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(where + "'" + line + "' is no host; write it as in: h1 slots=2");
        }
        String slots = matcher.group(3) == null ? matcher.group(2) : matcher.group(3);
        return new HostSlots(matcher.group(1), slots == null ? 1 : Integer.parseInt(slots), List.of());
    }
}
