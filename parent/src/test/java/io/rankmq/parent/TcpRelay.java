// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A wire between ranks and a port of theirs that a test can hold, cut and mend. Owns its threads: they end when it is closed. */
final class TcpRelay implements AutoCloseable {
    private final ServerSocket server;
    private final int targetPort;
    private final long bytesPerSecond;
    private final List<Socket> open = new ArrayList<>();
    private boolean cut;

    // Guarded by this.
    private long passed;
    private long holdAt = Long.MAX_VALUE;
    private CompletableFuture<Void> held = new CompletableFuture<>();

    /** To {@code tcp://127.0.0.1:port}. */
    TcpRelay(String endpoint) throws IOException {
        this(endpoint, Long.MAX_VALUE);
    }

    /** One that lets so many bytes a second through, either way. */
    TcpRelay(String endpoint, long bytesPerSecond) throws IOException {
        this.bytesPerSecond = bytesPerSecond;
        targetPort = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String endpoint() {
        return "tcp://127.0.0.1:" + server.getLocalPort();
    }

    /** Breaks all connections and lets no new one through. */
    void cut() throws IOException {
        synchronized (open) {
            cut = true;
            for (Socket socket : open) {
                socket.close();
            }
            open.clear();
        }
    }

    void mend() {
        synchronized (open) {
            cut = false;
        }
    }

    /** From now on nothing passes but so many bytes, both ways together; done as soon as something has to wait. */
    synchronized CompletableFuture<Void> holdAfter(long bytes) {
        holdAt = passed + bytes;
        held = new CompletableFuture<>();
        return held;
    }

    /** Ends a hold. */
    synchronized void letGo() {
        holdAt = Long.MAX_VALUE;
        notifyAll();
    }

    /** Bytes that have passed so far, both ways together. */
    synchronized long passed() {
        return passed;
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
        letGo();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket rank = server.accept();
                Socket broker = connect(rank);
                synchronized (open) {
                    if (cut) {
                        rank.close();
                        broker.close();
                        continue;
                    }
                    open.add(rank);
                    open.add(broker);
                }
                daemon(() -> copy(rank, broker));
                daemon(() -> copy(broker, rank));
            } catch (IOException closed) {
                // The loop's condition tells whether that was the end.
            }
        }
    }

    /** To the target; if nobody is there, the one who wants to go there is told as a direct connection would tell it. */
    private Socket connect(Socket rank) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), targetPort);
        } catch (IOException nobodyThere) {
            rank.close();
            throw nobodyThere;
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[16 << 10];
            long dueAt = System.nanoTime();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                pass(count);
                out.write(bytes, 0, count);
                // A pause saves nothing up.
                dueAt = Math.max(dueAt, System.nanoTime()) + (long) (count * 1e9 / bytesPerSecond);
                LockSupport.parkNanos(dueAt - System.nanoTime());
            }
        } catch (IOException | InterruptedException cut) {
            // Both ends are closed by the resources' clause.
        }
    }

    private synchronized void pass(int count) throws InterruptedException {
        while (passed + count > holdAt) {
            held.complete(null);
            wait();
        }
        passed += count;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }
}
