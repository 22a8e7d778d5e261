// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerLimits;
import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.cli.job.Durations;
import io.rankmq.security.KeyFileException;
import io.rankmq.security.KeyFiles;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a broker's file says, with the defaults (docs/broker.md).
 *
 * @param server how it is set up
 * @param parents folder of the admitted parents' public keys
 * @param operators folder of the operators' public keys; null: nobody
 * @param health where GET /health is answered; null: nowhere
 */
public record BrokerSettings(
        BrokerServerConfig server,
        Path parents,
        @Nullable Path operators,
        @Nullable InetSocketAddress health) {

    private static final String ALL_ADDRESSES = "0.0.0.0";

    /**
     * Reads the settings, and the key file that they name.
     *
     * @param root a file's content, checked by its schema
     * @param folder to which relative paths refer
     * @throws ServeException if something in it cannot be used
     */
    public static BrokerSettings of(ObjectNode root, Path folder) throws ServeException {
        String bind = root.path("bind").asText(ALL_ADDRESSES);
        int port = root.path("port").asInt(BrokerServerConfig.DEFAULT_PORT);
        int[] range = range(root.path("session_ports"));
        JsonNode limits = root.path("limits");
        try {
            BrokerConfig ranks = new BrokerConfig(
                    bind,
                    advertised(root, bind),
                    port + 2,
                    port + 3,
                    KeyFiles.readKeyPair(folder.resolve(root.path("key").asText("broker.key"))),
                    BrokerLimits.DEFAULT);
            BrokerServerConfig server = new BrokerServerConfig(
                    ranks,
                    port,
                    port + 1,
                    range[0],
                    range[1],
                    limits.path("sessions_per_parent").asInt(BrokerServerConfig.DEFAULT_SESSIONS),
                    limits.path("ranks_per_session").asInt(BrokerServerConfig.DEFAULT_RANKS),
                    limits.path("bytes_per_parent").asLong(BrokerServerConfig.DEFAULT_BYTES),
                    time(limits, "parent_lease", BrokerServerConfig.DEFAULT_LEASE),
                    time(limits, "quiet_start", BrokerServerConfig.DEFAULT_QUIET_START));
            String operators = root.path("operators").asText("");
            return new BrokerSettings(
                    server,
                    folder.resolve(root.path("parents").asText("parents")),
                    operators.isEmpty() ? null : folder.resolve(operators),
                    health(root.path("health").asText("")));
        } catch (KeyFileException e) {
            throw new ServeException("key: " + e.getMessage() + "; make one with: rankmq keygen --name broker");
        }
    }

    private static String advertised(ObjectNode root, String bind) throws ServeException {
        String name = root.path("advertise").asText(bind);
        if (name.equals(ALL_ADDRESSES)) {
            name = localHost();
        }
        try {
            return numeric(name);
        } catch (UnknownHostException e) {
            throw new ServeException("advertise: the name '" + name
                    + "' has no IPv4 address here; give a name or an address under which ranks reach this host");
        }
    }

    private static String localHost() throws ServeException {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new ServeException(
                    "advertise: this host does not know its own address; give one under which ranks reach it");
        }
    }

    /** The numeric IPv4 address of a name. */
    public static String numeric(String name) throws UnknownHostException {
        for (InetAddress address : InetAddress.getAllByName(name)) {
            if (address instanceof Inet4Address) {
                return address.getHostAddress();
            }
        }
        throw new UnknownHostException(name);
    }

    private static int[] range(JsonNode text) throws ServeException {
        if (text.isMissingNode()) {
            return new int[] {0, 0};
        }
        String[] ends = text.asText().split("-", -1);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[1]);
        if (first < 1 || last > 65_535 || first > last) {
            throw new ServeException(
                    "session_ports: expected a range of ports such as 20000-20999, got '" + text.asText() + "'");
        }
        return new int[] {first, last};
    }

    private static @Nullable InetSocketAddress health(String text) throws ServeException {
        if (text.isEmpty()) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port < 1 || port > 65_535) {
            throw new ServeException("health: expected a port from 1 to 65535, got " + port);
        }
        return new InetSocketAddress(text.substring(0, colon), port);
    }

    private static Duration time(JsonNode limits, String key, Duration otherwise) throws ServeException {
        if (!limits.has(key)) {
            return otherwise;
        }
        try {
            return Durations.parse(limits.path(key).asText());
        } catch (IllegalArgumentException e) {
            throw new ServeException("limits." + key + ": " + e.getMessage());
        }
    }
}
