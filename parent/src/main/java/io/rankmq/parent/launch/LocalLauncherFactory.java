// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a {@link LocalLauncher} from {@code launcher: {type: local, ...}}; docs/launchers.md lists the settings. */
public final class LocalLauncherFactory implements LauncherFactory {
    private static final Set<String> KEYS =
            Set.of("groups", "starts", "slots", "devices", "device_variable", "oversubscribe");

    private enum Starts {
        RANK,
        ALL
    }

    /** For {@link java.util.ServiceLoader}. */
    public LocalLauncherFactory() {}

    @Override
    public String type() {
        return "local";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        SettingsReader reader = new SettingsReader(settings, SettingsReader.keys(RankGroups.RANK_KEYS, KEYS));
        boolean startsAll = reader.choice("starts", Starts.class) == Starts.ALL;
        if (startsAll && !reader.has("command")) {
            reader.fault(
                    "command",
                    "it is missing, and with 'starts: all' it must be given; name the command that"
                            + " starts all ranks, such as torchrun");
        }
        if (startsAll && reader.has("groups")) {
            reader.fault("groups", "with 'starts: all' one command starts all ranks alike; remove one of the two");
        }
        RankGroups ranks = RankGroups.read(reader);
        List<String> devices = reader.words("devices");
        List<String> all = devices == null ? List.of() : devices;
        LocalPlace place = new LocalPlace(
                reader.has("slots") || !all.isEmpty()
                        ? reader.integer("slots", 1, HostSlots.MAX_SLOTS, Math.max(1, all.size()))
                        : HostSlots.MAX_SLOTS,
                all,
                reader.deviceVariable(),
                reader.flag("oversubscribe"));
        reader.check();
        return new LocalLauncher(ranks, place, startsAll, baseDirectory);
    }
}
