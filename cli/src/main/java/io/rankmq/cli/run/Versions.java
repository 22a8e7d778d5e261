// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.protocol.MessageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which RankMQ this is. */
public final class Versions implements IVersionProvider {

    /** RankMQ's version, such as {@code 0.1.0}. */
    public static String rankmq() {
        return get("rankmq");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "RankMQ " + rankmq(),
            "protocol " + MessageCodec.VERSION,
            "JeroMQ " + get("jeromq"),
            "JVM " + System.getProperty("java.vm.name") + " " + Runtime.version()
        };
    }

    private static String get(String name) {
        Properties versions = new Properties();
        try (InputStream in =
                Objects.requireNonNull(Versions.class.getResourceAsStream("/io/rankmq/cli/versions.properties"))) {
            versions.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Objects.requireNonNull(versions.getProperty(name), name);
    }
}
