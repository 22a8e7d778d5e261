// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.cli.job.ConfigLoader;
import io.rankmq.cli.job.JobFileException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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

    private static final String SCHEMA = "broker.schema.json";

    /**
     * Reads the settings, and the key file that they name.
     *
     * @param file the file; null: all defaults, in the working directory
     * @param sets what follows each {@code --set}, in order
     * @throws JobFileException with everything that is wrong
     */
    public static BrokerSettings load(@Nullable Path file, List<String> sets) throws JobFileException {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        AtomicReference<@Nullable BrokerSettings> settings = new AtomicReference<>();
        ConfigLoader.load(
                file,
                sets,
                SCHEMA,
                (root, fault) ->
                        settings.set(new SettingsReader(root, folder == null ? Path.of("") : folder, fault).read()));
        return Objects.requireNonNull(settings.get());
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
}
