// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.cli.serve.BrokerSettings;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFileException;
import io.rankmq.security.KeyFiles;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which broker, and who we are to it; for every command that talks to one. */
final class BrokerOptions {
    private static final Pattern PLACE = Pattern.compile("(?:tcp://)?([A-Za-z0-9.-]+)(?::(\\d{1,5}))?");

    @Option(
            names = "--broker",
            paramLabel = "HOST[:PORT]",
            defaultValue = "${env:RANKMQ_BROKER}",
            description = "A broker in a process of its own, also as tcp://HOST:PORT; default: $RANKMQ_BROKER.")
    private @Nullable String broker;

    @Option(
            names = "--broker-key",
            paramLabel = "FILE",
            defaultValue = "${env:RANKMQ_BROKER_KEY}",
            description =
                    "The broker's public key: a file, or the key itself; default: $RANKMQ_BROKER_KEY, or broker.pub.")
    private @Nullable String brokerKey;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            defaultValue = "${env:RANKMQ_KEY}",
            description =
                    "Our key pair, made by keygen, whose public key the broker admits; default: $RANKMQ_KEY, or rankmq.key.")
    private @Nullable Path key;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Whether a broker was named. */
    boolean isGiven() {
        return broker != null && !broker.isEmpty();
    }

    /**
     * The broker that was named.
     *
     * @throws ParameterException for an address or a key that cannot be used
     */
    RemoteBrokerConfig config(Duration lease) {
        Matcher place = PLACE.matcher(String.valueOf(broker));
        if (!place.matches()) {
            throw fault("--broker: expected HOST, HOST:PORT or tcp://HOST:PORT, got '" + broker + "'");
        }
        String port = place.group(2);
        String address;
        try {
            address = BrokerSettings.numeric(place.group(1));
        } catch (UnknownHostException e) {
            throw fault("--broker: the name '" + place.group(1) + "' has no IPv4 address; check it");
        }
        int number = port == null ? BrokerServerConfig.DEFAULT_PORT : Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw fault("--broker: expected a port from 1 to 65535, got " + number);
        }
        Path own = key == null || key.toString().isEmpty() ? Path.of("rankmq.key") : key;
        try {
            return new RemoteBrokerConfig(address, number, publicKey(), KeyFiles.readKeyPair(own), lease);
        } catch (KeyFileException e) {
            throw fault("--key: " + e.getMessage());
        }
    }

    private String publicKey() {
        String given = brokerKey == null || brokerKey.isEmpty() ? "broker.pub" : brokerKey;
        if (CurveKeyPair.isKey(given)) {
            return given;
        }
        try {
            String text =
                    Files.readString(Path.of(given), StandardCharsets.US_ASCII).strip();
            if (CurveKeyPair.isKey(text)) {
                return text;
            }
            throw fault("--broker-key: " + given + " holds no public key (40 characters of Z85)");
        } catch (IOException e) {
            throw fault("--broker-key: cannot read " + given
                    + "; give the broker's public key, which rankmq keygen wrote beside its secret one");
        }
    }

    private ParameterException fault(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
