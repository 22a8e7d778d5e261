// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What only the Slurm launcher has.
 *
 * @param srun the words that run srun
 * @param options for salloc, when there is no allocation yet
 * @param slots ranks on each node; null: as the allocation says, 1 when there is none yet
 * @param devices what each local rank is to use, on every node; empty: nobody is told
 * @param allocationTimeout how long Slurm may take to give nodes
 */
record SlurmSettings(
        List<String> srun,
        List<String> options,
        @Nullable Integer slots,
        List<String> devices,
        Duration allocationTimeout) {
    static final Set<String> KEYS = Set.of("srun", "options", "slots", "devices", "allocation_timeout");

    private static final int STANDARD_TIMEOUT_SECONDS = 300;

    SlurmSettings {
        srun = List.copyOf(srun);
        options = List.copyOf(options);
        devices = List.copyOf(devices);
    }

    static SlurmSettings read(SettingsReader reader) {
        List<String> srun = reader.command("srun");
        if (srun != null && srun.isEmpty()) {
            reader.fault("srun", "it is empty; give the program and its options, as in [srun, --mem=0]");
        }
        List<String> options = reader.command("options");
        List<String> devices = reader.words("devices");
        return new SlurmSettings(
                srun == null ? List.of("srun") : srun,
                options == null ? List.of() : options,
                reader.has("slots") ? Integer.valueOf(reader.integer("slots", 1, HostSlots.MAX_SLOTS, 1)) : null,
                devices == null ? List.of() : devices,
                Duration.ofSeconds(reader.integer("allocation_timeout", 1, 604_800, STANDARD_TIMEOUT_SECONDS)));
    }

    /** Ranks on each node of an allocation that is still to be made. */
    int slotsOfNewNode() {
        Integer given = slots;
        return given == null ? 1 : given;
    }
}
