// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real sshd on this host's loopback address, with keys and a client configuration of its own; ends with {@link #close}. */
final class OwnSshd implements AutoCloseable {
    private static final String PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + Executables.DEFAULT_PATH;

    private final Process daemon;
    private final Path folder;

    private OwnSshd(Process daemon, Path folder) {
        this.daemon = daemon;
        this.folder = folder;
    }

    /** Whether one can be started here. */
    static boolean isPossible() {
        return program() != null && Executables.lookUp("ssh", PATH) != null;
    }

    static OwnSshd start(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        for (String key : List.of("id", "hostkey")) {
            run(
                    "ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-f",
                    folder.resolve(key).toString());
        }
        Files.copy(folder.resolve("id.pub"), folder.resolve("authorized_keys"));
        Path config = Files.writeString(folder.resolve("sshd_config"), """
                HostKey %1$s/hostkey
                AuthorizedKeysFile %1$s/authorized_keys
                ListenAddress 127.0.0.1:%2$d
                PidFile none
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                MaxStartups 100
                """.formatted(folder, port));
        Files.writeString(folder.resolve("ssh_config"), """
                Host localhost
                  HostName 127.0.0.1
                  Port %2$d
                  IdentityFile %1$s/id
                  IdentitiesOnly yes
                  UserKnownHostsFile /dev/null
                  StrictHostKeyChecking no
                  LogLevel ERROR
                """.formatted(folder, port));
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        Process daemon =
                new ProcessBuilder(program(), "-D", "-f", config.toString(), "-E", folder + "/sshd.log").start();
        await().atMost(Duration.ofSeconds(10)).until(() -> listens(port));
        return new OwnSshd(daemon, folder);
    }

    /** The words that reach it as host {@code localhost}. */
    List<String> words() {
        return List.of("ssh", "-F", folder.resolve("ssh_config").toString());
    }

    @Override
    public void close() {
        daemon.descendants().forEach(ProcessHandle::destroyForcibly);
        daemon.destroyForcibly();
    }

    private static @Nullable String program() {
        return Executables.lookUp("sshd", PATH);
    }

    private static void run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).start();
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(words[0] + " failed");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
