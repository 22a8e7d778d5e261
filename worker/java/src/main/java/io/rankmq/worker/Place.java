// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A rank's place in the manner of torchrun. Java cannot change its environment, so user code finds it in system properties. */
final class Place {
    private static final List<String> NAMES =
            List.of("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK", "MASTER_ADDR", "MASTER_PORT");

    private Place() {}

    /** Gives {@code rankmq.local_rank} and its kin what a launcher said in the environment. */
    static void publish(Map<String, String> environment) {
        for (String name : NAMES) {
            String value = environment.get(name);
            if (value != null) {
                System.setProperty("rankmq." + name.toLowerCase(Locale.ROOT), value);
            }
        }
    }

    /** The same for a rank that was given to this process. */
    static void publish(Message.Assign given) {
        Map<String, String> place = new LinkedHashMap<>();
        place.put("RANK", Integer.toString(given.assigned()));
        place.put("WORLD_SIZE", Integer.toString(given.worldSize()));
        place.put("LOCAL_RANK", Integer.toString(given.localRank()));
        place.put("LOCAL_WORLD_SIZE", Integer.toString(given.localWorldSize()));
        place.put("GROUP_RANK", Integer.toString(given.groupRank()));
        place.put("MASTER_ADDR", given.masterAddr());
        place.put("MASTER_PORT", Integer.toString(given.masterPort()));
        publish(place);
    }
}
