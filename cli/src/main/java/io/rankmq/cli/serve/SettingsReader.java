// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerLimits;
import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.broker.LinkLimits;
import io.rankmq.broker.PortRange;
import io.rankmq.cli.job.Durations;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFileException;
import io.rankmq.security.KeyFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes settings of a broker's file. What cannot be used is told to {@code fault} and replaced by its default, so that all faults are found;
 * what has the wrong type the schema has told of already.
 */
final class SettingsReader {
    private static final String ALL_ADDRESSES = "0.0.0.0";
    private static final int PORTS = 2;
    private static final int LAST_PORT = 65_535;
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
    private static final Pattern PLACE = Pattern.compile("([0-9.]+):([0-9]{1,5})");

    private final ObjectNode root;
    private final Path folder;
    private final BiConsumer<String, String> fault;

    SettingsReader(ObjectNode root, Path folder, BiConsumer<String, String> fault) {
        this.root = root;
        this.folder = folder;
        this.fault = fault;
    }

    BrokerSettings read() {
        String bind = root.path("bind").asText(ALL_ADDRESSES);
        int port = root.path("port").asInt(BrokerServerConfig.DEFAULT_PORT);
        LinkLimits limits = limits(root.path("limits"));
        BrokerConfig ranks = new BrokerConfig(bind, advertised(bind), 0, keys(), rates(root.path("limits")));
        Duration quietStart = time(root.path("limits"), "quiet_start", BrokerServerConfig.DEFAULT_QUIET_START);
        String operators = root.path("operators").asText("");
        return new BrokerSettings(
                new BrokerServerConfig(ranks, port, sessionPorts(port), limits, quietStart),
                keyFolder("parents", root.path("parents").asText("parents")),
                operators.isEmpty() ? null : keyFolder("operators", operators),
                health());
    }

    private LinkLimits limits(JsonNode limits) {
        LinkLimits usual = LinkLimits.DEFAULT;
        return new LinkLimits(
                limits.path("sessions_per_parent").asInt(usual.sessionsPerParent()),
                limits.path("ranks_per_session").asInt(usual.ranksPerSession()),
                limits.path("bytes_per_parent").asLong(usual.bytesPerParent()),
                limits.path("bytes").asLong(usual.bytes()),
                time(limits, "parent_lease", usual.parentLease()));
    }

    private static BrokerLimits rates(JsonNode limits) {
        return BrokerLimits.OF_ITS_OWN_PROCESS.withRates(
                limits.path("events_per_session").asLong(BrokerLimits.DEFAULT_EVENTS_PER_SESSION),
                limits.path("control_per_session").asLong(BrokerLimits.DEFAULT_CONTROL_PER_SESSION));
    }

    private CurveKeyPair keys() {
        Path file = folder.resolve(root.path("key").asText("broker.key"));
        try {
            return KeyFiles.readKeyPair(file);
        } catch (KeyFileException e) {
            boolean isThere = Files.exists(file);
            fault.accept("key", e.getMessage() + (isThere ? "" : "; make one with: rankmq keygen --name broker"));
            return CurveKeyPair.generate();
        }
    }

    private Path keyFolder(String key, String name) {
        Path keys = folder.resolve(name);
        if (!Files.isDirectory(keys)) {
            fault.accept(
                    key, keys + " is no folder; make it, and put the public key of each of them there as NAME.pub");
        }
        return keys;
    }

    private String advertised(String bind) {
        String name = root.path("advertise").asText(bind);
        if (!root.has("advertise") && !NUMERIC.matcher(bind).matches()) {
            return bind;
        }
        try {
            return BrokerSettings.numeric(
                    name.equals(ALL_ADDRESSES) ? InetAddress.getLocalHost().getHostName() : name);
        } catch (UnknownHostException e) {
            fault.accept(
                    "advertise",
                    name.equals(ALL_ADDRESSES)
                            ? "this host does not know its own address; give one under which ranks reach it"
                            : "the name '" + name
                                    + "' has no IPv4 address here; give a name or an address under which ranks reach this host");
            return bind;
        }
    }

    private PortRange sessionPorts(int port) {
        String text = root.path("session_ports").asText("");
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            return PortRange.ANY;
        }
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        if (first < 1 || last > LAST_PORT || last - first + 1 < PortRange.PORTS) {
            fault.accept(
                    "session_ports",
                    "expected a range of ports such as 20000-20999, at least " + PortRange.PORTS + ", got '" + text
                            + "'");
            return PortRange.ANY;
        }
        if (first < port + PORTS && last >= port) {
            fault.accept(
                    "session_ports",
                    "the broker itself uses ports " + port + " to " + (port + PORTS - 1)
                            + "; choose a range without them, got '" + text + "'");
        }
        return new PortRange(first, last);
    }

    private @Nullable InetSocketAddress health() {
        Matcher place = PLACE.matcher(root.path("health").asText(""));
        if (!place.matches()) {
            return null;
        }
        int port = Integer.parseInt(place.group(2));
        if (port < 1 || port > LAST_PORT) {
            fault.accept("health", "expected a port from 1 to 65535, got " + port);
            return null;
        }
        return new InetSocketAddress(place.group(1), port);
    }

    private Duration time(JsonNode limits, String key, Duration otherwise) {
        if (!limits.path(key).isTextual()) {
            return otherwise;
        }
        try {
            return Durations.parse(limits.path(key).asText());
        } catch (IllegalArgumentException e) {
            fault.accept("limits." + key, String.valueOf(e.getMessage()));
            return otherwise;
        }
    }
}
