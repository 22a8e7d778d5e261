// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.DType;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.data.HashKind;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.parent.ranks.DataProbe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model-sized values between a parent and real Java ranks. */
class DataPlaneTest {
    private static final int FLOATS = 16 << 20;
    private static final long BYTES = 4L * FLOATS;
    private static final int GIB = 1 << 30;

    /** For two values of 2 GiB in shared memory, and as much again for what else there is. */
    private static final long ROOM = 6L * GIB;

    private static final Path SHARED = Path.of("/dev/shm");

    private final RealRanks ranks = new RealRanks();

    private SessionBuilder session(int worldSize, DataSettings data) {
        return Session.builder()
                .worldSize(worldSize)
                .executor("probe")
                .component("probe", DataProbe.class.getName(), Map.of())
                .allow(List.of("io.rankmq.parent.ranks."))
                .launcher(LocalLauncher.java())
                .data(data)
                .listener(ranks);
    }

    private static Tensor counting(int floats) {
        float[] values = new float[floats];
        for (int i = 0; i < floats; i++) {
            values[i] = i % 1000;
        }
        return Tensor.ofFloats(values);
    }

    private static TaskResult ofAll(Session session, String task, Tensor tensor) {
        TaskResult result = session.execute(
                TaskRequest.of(task, new Shareable().put("w", tensor)).withReply(ReplyPolicy.all()));
        assertThat(result.failure()).isNull();
        return result;
    }

    private static List<Path> folders(Path root, Session session) throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(file -> file.getFileName().toString().contains(session.id()))
                    .toList();
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void fourRanksShareOneCopyOfAModelAndOneOfThemSendsAnother() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(SHARED), "there is no shared memory");
        Session session = session(4, DataSettings.DEFAULT).start();
        try (session) {
            Tensor model = counting(FLOATS);
            TaskResult summed = ofAll(session, "sum", model);
            assertThat(summed.replies().values())
                    .extracting(reply -> reply.get("last"))
                    .containsOnly((double) ((FLOATS - 1) % 1000));
            assertThat(session.dataStats().written()).isEqualTo(BYTES);
            assertThat(bytes(folders(SHARED, session).get(0))).as("one copy").isLessThan(BYTES + 4096);

            ofAll(session, "sum", model);
            assertThat(session.dataStats().written()).as("the same again").isEqualTo(BYTES);

            TaskResult twice = session.execute("twice", new Shareable().put("w", model));
            Tensor back = twice.reply().get("w", Tensor.class);
            assertThat(back.floats().get(999)).isEqualTo(1998f);
            assertThat(back.byteSize()).isEqualTo(BYTES);

            ofAll(session, "sum", back);
            assertThat(session.dataStats().written()).as("what a rank has made").isEqualTo(BYTES);
            assertThat(session.execute("echo", new Shareable().put("w", back))
                            .reply()
                            .get("w"))
                    .isEqualTo(back);
            assertThat(session.dataStats().chunksOut() + session.dataStats().chunksIn())
                    .isZero();
        }
        assertThat(folders(SHARED, session)).isEmpty();
    }

    @Test
    void aTensorOfMoreThanTwoGibGoesToARankAndAnotherComesBack() throws Exception {
        Assumptions.assumeTrue(
                Files.isWritable(SHARED) && Files.getFileStore(SHARED).getUsableSpace() > ROOM,
                "there is too little shared memory");
        Assumptions.assumeTrue(available() > 2 * ROOM, "there is too little memory");
        try (Session session = session(1, DataSettings.DEFAULT).start()) {
            Tensor sent = overTwoGib();
            TaskResult result = session.execute("another in pieces", new Shareable().put("w", sent));

            assertThat(result.failure()).isNull();
            assertThat(result.reply().get("ends")).isEqualTo(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0));
            Tensor back = result.reply().get("w", Tensor.class);
            assertThat(back.byteSize()).isEqualTo(sent.byteSize());
            assertThat(back.buffers()).extracting(ByteBuffer::remaining).containsExactly(GIB, GIB, 2 * Float.BYTES);
            assertThat(DataProbe.ends(back)).containsExactly(1.0, 2.0, 3.0, 4.0, -5.0, -6.0);
            assertThat(session.dataStats().written()).as("sent once").isEqualTo(sent.byteSize());
            assertThat(session.dataStats().chunksIn() + session.dataStats().chunksOut())
                    .isZero();
        }
    }

    /** Zeros, but for what is beside the ends of each GiB; all zeros are the same 64 MiB. */
    private static Tensor overTwoGib() {
        ByteBuffer zeros = ByteBuffer.allocate(GIB / 16);
        List<ByteBuffer> buffers = new ArrayList<>();
        for (float begin = 1; begin < 5; begin += 2) {
            buffers.add(Tensor.ofFloats(new float[] {begin}).buffer());
            for (int i = 0; i < 15; i++) {
                buffers.add(zeros);
            }
            buffers.add(zeros.slice(0, GIB / 16 - 2 * Float.BYTES));
            buffers.add(Tensor.ofFloats(new float[] {begin + 1}).buffer());
        }
        buffers.add(Tensor.ofFloats(new float[] {5, 6}).buffer());
        return Tensor.of(DType.FLOAT32, new long[] {GIB / 2 + 2}, Tensor.Order.C, buffers);
    }

    private static long available() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    @Test
    void newValuesGoIntoThePagesOfOldOnes() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(SHARED), "there is no shared memory");
        try (Session session = session(2, DataSettings.DEFAULT).start()) {
            for (int round = 0; round < 20; round++) {
                Tensor model = counting(FLOATS + round);
                assertThat(session.execute("twice", new Shareable().put("w", model))
                                .failure())
                        .isNull();
            }
            assertThat(bytes(folders(SHARED, session).get(0))).isLessThan(16 * BYTES);
        }
    }

    @Test
    void withoutSharedMemoryValuesGoInChunks() {
        DataSettings chunks =
                DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF).withDigest(HashKind.SHA_256);
        try (Session session = session(2, chunks).start()) {
            Tensor model = counting(1_000_003);
            TaskResult twice = ofAll(session, "twice", model);
            assertThat(twice.replies().get(1).get("w", Tensor.class).floats().get(999))
                    .isEqualTo(1998f);
            assertThat(session.dataStats().chunksOut()).isEqualTo(2L * 4 * 1_000_003);
            assertThat(session.dataStats().chunksIn()).isEqualTo(2L * 4 * 1_000_003);
            assertThat(session.dataStats().badChunks()).isZero();
        }
    }

    @Test
    void fullSharedMemoryFallsBackToChunks(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(mounted(folder), "needs the right to mount a small file system");
        try (Session session = session(2, DataSettings.DEFAULT.withSharedMemory(folder.toString()))
                .start()) {
            Tensor model = counting(4 << 20);
            TaskResult twice = ofAll(session, "twice", model);
            assertThat(twice.replies().get(1).get("w", Tensor.class).floats().get(999))
                    .isEqualTo(1998f);
            assertThat(session.dataStats().fallbacks()).isEqualTo(1);
            Tensor small = counting(100_000);
            ofAll(session, "sum", small);
            assertThat(session.dataStats().written()).isEqualTo(400_000);
        } finally {
            new ProcessBuilder("umount", "-l", folder.toString()).start().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static boolean mounted(Path folder) throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return false;
        }
        Process mount =
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8m", "rankmq-test", folder.toString()).start();
        return mount.waitFor(10, TimeUnit.SECONDS) && mount.exitValue() == 0;
    }

    @Test
    void aKilledRankLeavesNothing() throws Exception {
        Session session = session(2, DataSettings.DEFAULT).start();
        try (session) {
            ofAll(session, "sum", counting(100_000));
            CompletableFuture<String> waiting = ranks.line("waiting");
            CompletableFuture<TaskResult> result =
                    RealRanks.executing(session, "wait", new Shareable().put("w", counting(100_000)));
            waiting.join();
            Long pid = session.ranks().get(1).pid();
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            assertThat(RealRanks.soon(result).returnCode()).isEqualTo(ReturnCode.EXECUTION_RESULT_ERROR);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(folders(SHARED, session)).isEmpty());
    }

    @Test
    void anAbortEndsATransferThatIsUnderWay() throws Exception {
        DataSettings chunks = DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF);
        AbortSignal abort = new AbortSignal();
        try (Session session = session(2, chunks).start()) {
            CompletableFuture<TaskResult> running = new CompletableFuture<>();
            Tensor model = counting(32 << 20);
            Thread caller = new Thread(() -> running.complete(session.execute(
                    TaskRequest.of("sum", new Shareable().put("w", model)).withAbort(abort))));
            caller.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> session.dataStats().chunksOut() > 0);
            session.cancelTask("no more");
            assertThat(running.get(10, TimeUnit.SECONDS).returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
            assertThat(session.dataStats().chunksOut()).isLessThan(2 * 4L * (32 << 20));
        }
    }
}
