// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a gang that was given up can still do to its successor: nothing. */
@Timeout(120)
class ZombieTest {
    private static final Duration LEASE = Duration.ofSeconds(4);

    @TempDir
    private Path folder;

    private final List<Process> strays = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        strays.forEach(Process::destroyForcibly);
    }

    /** As on a host that was cut off: the parent cannot kill what runs there. */
    @Test
    void aRankThatComesBackAfterItsGangWasReplacedIsNotHeardAndEndsItself() throws Exception {
        RealRanks ranks = new RealRanks();
        SessionLimits limits =
                SessionLimits.DEFAULT.withHeartbeat(Duration.ofMillis(200)).withLease(LEASE);
        try (Session session = ranks.session(2)
                .limits(limits)
                .maxRestarts(1)
                .launcher(this::launchFirstOutOfReach)
                .start()) {
            Path go = folder.resolve("go");
            CompletableFuture<TaskResult> task =
                    RealRanks.executing(session, "wait_for_file", new Shareable().put("file", go.toString()));
            Process zombie = strays.get(1);
            signal(zombie, "STOP");
            RealRanks.soon(ranks.line("1: waiting"));
            assertThat(session.ranks()).allMatch(rank -> rank.attempt() == 1);
            assertThat(session.ranks().get(1).pid()).isNotEqualTo(zombie.pid());

            signal(zombie, "CONT");
            assertThat(zombie.waitFor(2 * LEASE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(zombie.exitValue())
                    .as("0: CLOSE waited in its socket when it woke; 4: its parent is gone, for it")
                    .isIn(0, 4);
            assertThat(task).isNotDone();
            Files.createFile(go);
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
            assertThat(session.ranks()).allMatch(rank -> rank.state() == RankInfo.State.READY);
        }
    }

    @Test
    void framesOfTheFirstGangThatAreReplayedIntoTheSecondAreCountedAndChangeNothing() {
        List<LightGang> gangs = new CopyOnWriteArrayList<>();
        try (Session session = Session.builder()
                .worldSize(2)
                .executor("executor")
                .component("executor", "example.Executor", Map.of())
                .allow(List.of("example."))
                .maxRestarts(1)
                .launcher((request, listener) -> {
                    LightGang gang = new LightGang();
                    gangs.add(gang);
                    return gang.launch(request, listener);
                })
                .start()) {
            session.execute("task", new Shareable()).orThrow();
            session.fireEvent("event", session.newContext());
            gangs.get(0).fail(1, WireError.of(ErrorCode.RANK_EXITED, "it says so"));
            assertThat(session.execute("task", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
            assertThat(gangs).hasSize(2);

            List<LightGang.Sent> recorded = gangs.get(0).sent();
            assertThat(recorded).hasSizeGreaterThan(8).anyMatch(sent -> sent.message() instanceof Message.Failed);
            long rejected = session.stats().rejected();
            for (LightGang.Sent sent : recorded) {
                List<ByteBuffer> frames =
                        sent.frames().stream().map(ByteBuffer::duplicate).toList();
                gangs.get(1).sendRaw(sent.rank(), false, frames);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(session.stats().rejected()).isEqualTo(rejected + recorded.size()));
            assertThat(session.execute("task", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
            assertThat(session.ranks()).allMatch(rank -> rank.attempt() == 1 && rank.state() == RankInfo.State.READY);
        }
    }

    private Gang launchFirstOutOfReach(LaunchRequest request, GangListener listener) throws LaunchException {
        if (request.incarnation() > 0) {
            return LocalLauncher.java().launch(request, listener);
        }
        for (int rank = 0; rank < request.worldSize(); rank++) {
            strays.add(stray(request, rank));
        }
        return new OutOfReach();
    }

    /** Without the variable by which its session would find it. */
    private Process stray(LaunchRequest request, int rank) {
        try {
            Path document = folder.resolve("bootstrap-" + rank + ".json");
            Files.createFile(
                    document, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(document, request.bootstrap().forRank(rank).toJson());
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.rankmq.worker.Main")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("stray-" + rank + ".log").toFile());
            builder.environment()
                    .putAll(Map.of(
                            "RANK", "" + rank,
                            "LOCAL_RANK", "" + rank,
                            "WORLD_SIZE", "" + request.worldSize(),
                            "RANKMQ_BOOTSTRAP", document.toString()));
            return builder.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signal(Process process, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Nothing reaches its processes, and nothing is heard of them. */
    private static final class OutOfReach implements Gang {
        @Override
        public void joined(int rank, String host, long pid) {}

        @Override
        public List<String> lastLines(int rank, int count) {
            return List.of();
        }

        @Override
        public void terminate() {}

        @Override
        public void kill() {}

        @Override
        public boolean awaitEnd(Duration atMost) {
            return true;
        }

        @Override
        public void close() {}
    }
}
