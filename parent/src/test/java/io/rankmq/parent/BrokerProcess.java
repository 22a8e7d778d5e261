// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A {@link BrokerMain} that can be killed and started again on the same ports with the same key. */
final class BrokerProcess implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(8);

    private final Path keyFile;
    private final Path log;
    private final CurveKeyPair keys = CurveKeyPair.generate();
    private final int port = freePorts();
    private final long parentLeaseMillis;
    private final List<String> parents;
    private Process process;
    private BufferedReader out;

    BrokerProcess(Path folder, long parentLeaseMillis, CurveKeyPair... parents) throws IOException {
        keyFile = folder.resolve("broker #1.key");
        log = folder.resolve("broker.log");
        KeyFiles.writeKeyPair(keyFile, keys);
        this.parentLeaseMillis = parentLeaseMillis;
        this.parents = List.of(parents).stream().map(CurveKeyPair::publicKey).toList();
        start();
    }

    void start() throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerMain.class.getName(),
                keyFile.toString(),
                Integer.toString(port),
                Long.toString(parentLeaseMillis),
                "1500"));
        words.addAll(parents);
        process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        expect("listening");
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void allow(CurveKeyPair... now) throws IOException {
        say(String.join(" ", List.of(now).stream().map(CurveKeyPair::publicKey).toList()));
        expect("allowed");
    }

    String status() throws IOException {
        say("status");
        return out.readLine();
    }

    /** What it has logged since it was first started, a line an event. */
    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    long pid() {
        return process.pid();
    }

    BrokerAccess access(CurveKeyPair parent) {
        return BrokerAccess.standalone(config(parent));
    }

    RemoteBrokerConfig config(CurveKeyPair parent) {
        return config(parent, LEASE);
    }

    RemoteBrokerConfig config(CurveKeyPair parent, Duration lease) {
        return new RemoteBrokerConfig("127.0.0.1", port, keys.publicKey(), parent, lease);
    }

    int port() {
        return port;
    }

    String publicKey() {
        return keys.publicKey();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
        Files.deleteIfExists(keyFile);
    }

    private void say(String line) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    private void expect(String line) throws IOException {
        String got = out.readLine();
        if (!line.equals(got)) {
            throw new IllegalStateException("the broker said " + got + ", expected " + line);
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
