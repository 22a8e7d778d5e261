// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions at full speed through a standalone broker, with a random fault every few seconds; {@code scripts/soak} runs it for longer. */
class SoakTest {
    private static final long SECONDS = Long.getLong("rankmq.soak.seconds", 25);
    private static final long SEED = Long.getLong("rankmq.seed", System.nanoTime());
    private static final int JOBS = 2;
    private static final long BROKER_BOUND = 512L << 20;
    private static final int DESCRIPTORS_BOUND = 300;

    private enum Fault {
        KILL_BROKER,
        PAUSE_BROKER,
        CUT_WIRES,
        KILL_RANK
    }

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final List<String> samples = new ArrayList<>();

    @Test
    void nothingIsLostOrDoneTwiceAndNothingGrows() throws Exception {
        System.out.printf("soak: %d s, seed %d%n", SECONDS, SEED);
        CurveKeyPair key = CurveKeyPair.generate();
        int threads = Thread.activeCount();
        ExecutorService users = Executors.newFixedThreadPool(JOBS);
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, key)) {
            List<SoakJob> jobs = new ArrayList<>();
            List<Future<?>> running = new ArrayList<>();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            for (int i = 0; i < JOBS; i++) {
                SoakJob job = new SoakJob(broker, key);
                jobs.add(job);
                running.add(users.submit(() -> {
                    job.run(end);
                    return true;
                }));
            }
            while (System.nanoTime() - end < 0 && running.stream().noneMatch(Future::isDone)) {
                // The pace of the faults, not a wait for anything.
                TimeUnit.MILLISECONDS.sleep(2000 + random.nextInt(3000));
                sample(broker);
                fault(broker, jobs);
            }
            for (Future<?> job : running) {
                job.get(2, TimeUnit.MINUTES);
            }
            sample(broker);
            report(jobs);
            assertThat(jobs).allSatisfy(job -> assertThat(job.tasks).isPositive());
            assertThat(broker.status()).contains("\"sessions\":[]");
        } finally {
            users.shutdownNow();
        }
        assertThat(users.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 5);
    }

    private void fault(BrokerProcess broker, List<SoakJob> jobs) throws Exception {
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        SoakJob job = jobs.get(random.nextInt(jobs.size()));
        faults.merge(fault, 1, Integer::sum);
        switch (fault) {
            case KILL_BROKER -> {
                broker.kill();
                broker.start();
            }
            case PAUSE_BROKER -> {
                broker.signal("STOP");
                TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2000));
                broker.signal("CONT");
            }
            case CUT_WIRES -> job.cutWires();
            case KILL_RANK -> job.killRank(random);
        }
    }

    private void sample(BrokerProcess broker) throws IOException {
        long resident = resident(broker.pid());
        int brokers = descriptors(broker.pid());
        int parents = descriptors(ProcessHandle.current().pid());
        samples.add(resident / (1 << 20) + " MiB, " + brokers + " and " + parents + " descriptors");
        assertThat(resident).as("resident memory of the broker").isLessThan(BROKER_BOUND);
        assertThat(brokers).as("descriptors of the broker").isLessThan(DESCRIPTORS_BOUND);
        assertThat(parents).as("descriptors of the parent").isLessThan(DESCRIPTORS_BOUND + 300);
    }

    private void report(List<SoakJob> jobs) {
        System.out.printf(
                "soak: %d sessions, %d of them ended by a killed rank; %d tasks and %d events, each exactly once; faults %s%n",
                jobs.stream().mapToLong(job -> job.sessions).sum(),
                jobs.stream().mapToLong(job -> job.restarts).sum(),
                jobs.stream().mapToLong(job -> job.tasks).sum(),
                jobs.stream().mapToLong(job -> job.events).sum(),
                faults);
        System.out.printf(
                "soak: broker at first %s (the second number: the parent's), in the middle %s, at last %s%n",
                samples.get(0), samples.get(samples.size() / 2), samples.get(samples.size() - 1));
    }

    private static long resident(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        }
    }

    private static int descriptors(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) all.count();
        }
    }
}
