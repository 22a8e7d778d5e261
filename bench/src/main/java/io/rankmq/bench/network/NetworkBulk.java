// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.network;

import io.rankmq.api.DType;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.bench.bulk.BulkRank;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Samples;
import io.rankmq.parent.BrokerAccess;
import io.rankmq.parent.Session;
import io.rankmq.parent.TaskResult;
import io.rankmq.parent.launch.SshLauncherFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * A parent whose Java ranks run on other hosts, by ssh. Arguments: the address to listen at, ssh's configuration, and the hosts with their slots ({@code
 * h1:2}). It says {@code ready}, and answers each line of standard input by one: {@code turn MB}, the nanoseconds until all ranks have read a new value; {@code beside MB},
 * what small things cost meanwhile, as {@code name=nanoseconds} words.
 */
public final class NetworkBulk {
    private static final int MEGABYTE = 1 << 20;
    private static final int SMALL = 200;
    private static final String EVENT = "bench.tick";
    private static final long PAUSE_NANOS = 1_000_000;

    private final Session session;
    private final Session other;
    private int turns;

    private NetworkBulk(Session session, Session other) {
        this.session = session;
        this.other = other;
    }

    /** Ends with its standard input. */
    public static void main(String[] arguments) throws IOException {
        List<String> hosts = List.of(arguments).subList(2, arguments.length);
        int ranks = hosts.stream()
                .mapToInt(host -> Integer.parseInt(host.substring(host.indexOf(':') + 1)))
                .sum();
        try (Session session = start(arguments[0], arguments[1], hosts, ranks);
                Session other = start(arguments[0], arguments[1], hosts, ranks);
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            NetworkBulk bench = new NetworkBulk(session, other);
            System.out.println("ready");
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ", 2);
                int bytes = Integer.parseInt(words[1]) * MEGABYTE;
                System.out.println(words[0].equals("turn") ? bench.turn(bytes) : bench.beside(bytes));
            }
        }
    }

    private static Session start(String address, String ssh, List<String> hosts, int ranks) {
        return Session.builder()
                .worldSize(ranks)
                .executor("bulk")
                .component("bulk", BulkRank.class.getName(), Map.of())
                .allow(BenchRanks.ALLOW)
                .launcher(new SshLauncherFactory()
                        .create(
                                Map.of(
                                        "ssh", List.of("ssh", "-F", ssh),
                                        "hosts", hosts,
                                        "worker", "java",
                                        "worker_classpath", List.of(System.getProperty("rankmq.worker.classpath")),
                                        "classpath", List.of("target/classes")),
                                BenchRanks.folder()))
                .broker(BrokerAccess.embeddedAt(address))
                .start();
    }

    private Shareable value(int bytes) {
        ByteBuffer value = ByteBuffer.allocate(bytes).putInt(0, ++turns);
        return new Shareable().put("t", Tensor.of(DType.UINT8, new long[] {bytes}, Tensor.Order.C, value));
    }

    private long turn(int bytes) {
        Shareable value = value(bytes);
        long begun = System.nanoTime();
        session.execute("read", value).orThrow();
        return System.nanoTime() - begun;
    }

    private String beside(int bytes) {
        List<Double> idleEvents = new ArrayList<>();
        List<Double> idleTasks = new ArrayList<>();
        for (int i = 0; i < SMALL; i++) {
            idleEvents.add(event());
            idleTasks.add(task());
        }
        List<Double> events = new ArrayList<>();
        List<Double> tasks = new ArrayList<>();
        CompletableFuture<TaskResult> transfer = transfer(bytes);
        while (!transfer.isDone()) {
            events.add(event());
            tasks.add(task());
        }
        transfer.join().orThrow();
        CompletableFuture<TaskResult> aborted = transfer(bytes);
        double abort = timed(() -> {
            session.cancelTask("the bench wants to know how long it takes");
            aborted.join();
        });
        return String.join(
                " ",
                figures("idle_event", idleEvents),
                figures("idle_task", idleTasks),
                figures("event", events),
                figures("task", tasks),
                String.format(Locale.ROOT, "abort=%.0f", abort),
                "aborted=" + aborted.join().returnCode());
    }

    /** A task with a new value, of which some is on its way. */
    private CompletableFuture<TaskResult> transfer(int bytes) {
        Shareable value = value(bytes);
        long before = session.dataStats().chunksOut();
        CompletableFuture<TaskResult> task = CompletableFuture.supplyAsync(() -> session.execute("read", value));
        while (session.dataStats().chunksOut() - before < bytes / 16 && !task.isDone()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return task;
    }

    private double event() {
        return timed(() -> session.fireEvent(EVENT, session.newContext()));
    }

    private double task() {
        return timed(() -> other.execute("nothing", new Shareable().put("bytes", new byte[100]))
                .orThrow());
    }

    private static double timed(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return System.nanoTime() - begun;
    }

    private static String figures(String name, List<Double> nanos) {
        double[] all = nanos.stream().mapToDouble(Double::doubleValue).toArray();
        return String.format(
                Locale.ROOT,
                "%s_p50=%.0f %s_p99=%.0f %s_count=%d",
                name,
                Samples.percentile(all, 0.5),
                name,
                Samples.percentile(all, 0.99),
                name,
                all.length);
    }
}
