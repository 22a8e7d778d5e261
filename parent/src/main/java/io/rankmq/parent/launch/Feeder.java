// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread that writes to the agents of a gang: first their texts, then an empty line each second, by which they know that we live,
 * and the orders in between. A pipe holds a day of it, so a client that reads nothing for a while does not hold up the others.
 */
final class Feeder implements Runnable {
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] BEAT = {'\n'};

    private final Thread thread;
    private final List<OutputStream> pipes = new ArrayList<>();
    private final Queue<byte[]> orders = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    Feeder(String session, List<Process> clients, List<String> texts) {
        for (int i = 0; i < clients.size(); i++) {
            pipes.add(clients.get(i).getOutputStream());
        }
        List<byte[]> bytes = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        thread = new Thread(
                () -> {
                    for (int i = 0; i < bytes.size(); i++) {
                        write(pipes.get(i), bytes.get(i));
                    }
                    run();
                },
                "rankmq-feeder-" + session);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Any thread. Tells all agents; returns at once. */
    void order(String word) {
        orders.add((word + "\n").getBytes(StandardCharsets.US_ASCII));
        LockSupport.unpark(thread);
    }

    /** Any thread. No beat is sent any more, and the pipes are closed. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        long next = System.nanoTime();
        while (!stopping) {
            for (byte[] order = orders.poll(); order != null; order = orders.poll()) {
                writeAll(order);
            }
            long now = System.nanoTime();
            if (now - next >= 0) {
                writeAll(BEAT);
                next = now + BEAT_NANOS;
            }
            LockSupport.parkNanos(this, Math.max(1, next - System.nanoTime()));
        }
        pipes.forEach(Feeder::close);
    }

    private void writeAll(byte[] bytes) {
        for (Iterator<OutputStream> all = pipes.iterator(); all.hasNext(); ) {
            if (!write(all.next(), bytes)) {
                all.remove();
            }
        }
    }

    private static boolean write(OutputStream pipe, byte[] bytes) {
        try {
            pipe.write(bytes);
            pipe.flush();
            return true;
        } catch (IOException e) {
            // The client is gone; its end is told by whoever watches it.
            close(pipe);
            return false;
        }
    }

    private static void close(OutputStream pipe) {
        try {
            pipe.close();
        } catch (IOException e) {
            // Nobody reads it any more.
        }
    }
}
