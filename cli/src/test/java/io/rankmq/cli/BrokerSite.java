// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A folder for a broker and one for each who uses it, with keys that {@code rankmq keygen} made. */
final class BrokerSite {
    final Path home;
    final int port = freePorts();

    BrokerSite(Path folder) throws Exception {
        home = Files.createDirectories(folder.resolve("broker"));
        Files.createDirectories(home.resolve("parents"));
        keygen(home, "--name", "broker");
    }

    /** The broker, with whatever its configuration is; it is listening when this returns. */
    Cli start(String... more) throws Exception {
        Cli broker = launch(more);
        broker.awaitErr("listening address=");
        return broker;
    }

    /** The broker, which may not come so far. */
    Cli launch(String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of(
                "broker", "--set", "bind=127.0.0.1", "--set", "port=" + port, "--set", "limits.quiet_start=1s"));
        args.addAll(List.of(more));
        return new Cli(home, args.toArray(String[]::new));
    }

    /** A folder with a key pair of that name, which the broker does not know yet. */
    Path newcomer(String name) throws Exception {
        Path folder = Files.createDirectories(home.resolveSibling(name));
        keygen(folder);
        return folder;
    }

    /** A folder with a key pair whose public key the broker admits. */
    Path parent(String name) throws Exception {
        Path folder = newcomer(name);
        admit(folder, "parents");
        return folder;
    }

    void admit(Path folder, String where) throws IOException {
        Files.createDirectories(home.resolve(where));
        Files.copy(folder.resolve("rankmq.pub"), home.resolve(where).resolve(folder.getFileName() + ".pub"));
    }

    /** A command that talks to the broker, in that folder. */
    Cli asking(Path folder, String... command) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--broker", "tcp://127.0.0.1:" + port, "--broker-key", home.resolve("broker.pub") + ""));
        return new Cli(folder, args.toArray(String[]::new));
    }

    JsonNode status(Path folder) throws Exception {
        Path own = Files.createDirectories(folder.resolve("status"));
        try (Cli status = asking(own, "status", "--json", "--key", folder.resolve("rankmq.key") + "")) {
            assertThat(status.exitCode()).as(status::err).isZero();
            return new ObjectMapper().readTree(status.out());
        }
    }

    private static void keygen(Path folder, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("keygen"));
        args.addAll(List.of(more));
        try (Cli keygen = new Cli(folder, args.toArray(String[]::new))) {
            assertThat(keygen.exitCode()).as(keygen::err).isZero();
        }
    }

    /** The first of four neighbours that are free now. */
    private static int freePorts() {
        Random random = new Random();
        for (int attempt = 0; attempt < 100; attempt++) {
            int first = 20_000 + random.nextInt(10_000);
            if (isFree(first) && isFree(first + 1) && isFree(first + 2)) {
                return first;
            }
        }
        throw new IllegalStateException("no four free ports in a row");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
