// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.component.AllowList;
import io.rankmq.protocol.Limits;
import io.rankmq.protocol.Message;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a rank is told by its environment (docs/protocol.md, section 10).
 *
 * @param document the bootstrap document, with the keys of this rank only
 * @param identity who this rank is
 * @param allowed what may be built
 */
record RankSettings(BootstrapDocument document, RankIdentity identity, AllowList allowed) {
    static final String BOOTSTRAP = "RANKMQ_BOOTSTRAP";
    static final String RANK = "RANK";
    static final String WORLD_SIZE = "WORLD_SIZE";
    static final String SLOT = "RANKMQ_SLOT";

    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /**
     * Reads the environment and the document that it names.
     *
     * @throws NotJoinedException if this process has no rank, and is given none
     * @throws SettingsException if a variable is absent or wrong
     * @throws io.rankmq.security.KeyFileException if the document cannot be used, or is not for this rank
     */
    static RankSettings of(Map<String, String> environment) {
        String source = required(environment, BOOTSTRAP, "the path of a bootstrap document, fd:N or -");
        BootstrapDocument whole = BootstrapDocument.load(source);
        CurveKeyPair join = whole.join();
        if (!environment.containsKey(RANK) && join != null) {
            return claimed(whole, join, environment);
        }
        int rank = integer(environment, RANK, 0, Limits.WORLD_SIZE - 1);
        BootstrapDocument document = whole.forRank(rank);
        Place.publish(environment);
        // The parent compares what the launcher said with what it knows.
        int worldSize = environment.containsKey(WORLD_SIZE)
                ? integer(environment, WORLD_SIZE, 1, Limits.WORLD_SIZE)
                : document.worldSize();
        return of(document, rank, worldSize);
    }

    /** Somebody has started this process without a rank: the parent gives it one. */
    private static RankSettings claimed(BootstrapDocument whole, CurveKeyPair join, Map<String, String> environment) {
        Integer slot = environment.containsKey(SLOT) ? integer(environment, SLOT, 0, Limits.WORLD_SIZE - 1) : null;
        Message.Assign given = Claimant.claim(whole, join, Spot.find(hostName(), whole.control(), slot));
        Place.publish(given);
        CurveKeyPair keys;
        try {
            keys = new CurveKeyPair(given.publicKey(), given.secretKey());
        } catch (IllegalArgumentException bad) {
            throw new NotJoinedException("the parent gave keys that are none");
        }
        return of(whole.assigned(given.assigned(), keys), given.assigned(), given.worldSize());
    }

    private static RankSettings of(BootstrapDocument document, int rank, int worldSize) {
        RankIdentity identity = new RankIdentity(
                document.session(),
                document.incarnation(),
                rank,
                worldSize,
                hostName(),
                ProcessHandle.current().pid(),
                "Java " + Runtime.version());
        try {
            return new RankSettings(document, identity, AllowList.of(document.allow()));
        } catch (IllegalArgumentException refused) {
            throw new SettingsException("the bootstrap document cannot be used: " + refused.getMessage());
        }
    }

    private static String required(Map<String, String> environment, String name, String expected) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new SettingsException("the environment variable " + name + " is not set, expected " + expected
                    + "; ranks are started by a launcher, see 'rankmq run --help'");
        }
        return value;
    }

    private static int integer(Map<String, String> environment, String name, int min, int max) {
        String expected = "an integer from " + min + " to " + max;
        String value = required(environment, name, expected);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException refused) {
            // Told below.
        }
        throw new SettingsException("the environment variable " + name + " is '" + value + "', expected " + expected);
    }

    /** From the kernel if possible: a resolver may take seconds. */
    private static String hostName() {
        try {
            return Files.readString(KERNEL_HOST_NAME).strip();
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException nameless) {
                return "localhost";
            }
        }
    }
}
