// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.data.HashKind;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.parent.ranks.DataProbe;
import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Model-sized values in one session of two languages: ranks 0 and 1 run Java, 2 and 3 Python, and all four use one store. */
class MixedDataPlaneTest {
    private static final int FLOATS = 16 << 20;
    private static final long BYTES = 4L * FLOATS;
    private static final Path SHARED = Path.of("/dev/shm");

    @TempDir
    Path folder;

    private final RealRanks ranks = new RealRanks();

    @BeforeAll
    static void findWhatIsNeeded() {
        PythonProbe.assumeThere();
        assumeTrue(Files.isWritable(SHARED), "there is no shared memory");
    }

    private Session start(DataSettings data) {
        return session(data).start();
    }

    private SessionBuilder session(DataSettings data) {
        return Session.builder()
                .worldSize(4)
                .executor("probe")
                .component(new ComponentConfig(
                        "probe", Map.of("java", DataProbe.class.getName(), "python", PythonProbe.PATH), Map.of()))
                .allow(List.of("io.rankmq.parent.ranks.", "data_probe."))
                .launcher(LocalLauncher.java().ranks("2-3", PythonProbe.launcher()))
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
        return checked(session.execute(
                TaskRequest.of(task, new Shareable().put("w", tensor)).withReply(ReplyPolicy.all())));
    }

    private static Tensor ofRank(Session session, int rank, String task, Tensor tensor) {
        TaskResult result = checked(session.execute(
                TaskRequest.of(task, new Shareable().put("w", tensor)).withReply(ReplyPolicy.all())));
        return result.replies().get(rank).get("w", Tensor.class);
    }

    private static TaskResult checked(TaskResult result) {
        assertThat(result.failure()).isNull();
        return result;
    }

    private static List<Path> folders(Session session) throws IOException {
        try (Stream<Path> files = Files.list(SHARED)) {
            return files.filter(file -> file.getFileName().toString().contains(session.id()))
                    .toList();
        }
    }

    private static long values(Session session) throws IOException {
        try (Stream<Path> files = Files.list(folders(session).get(0))) {
            return files.filter(file -> file.getFileName().toString().length() == 32)
                    .count();
        }
    }

    @Test
    void bothLanguagesShareOneCopyAndKnowItByTheSameDigest() throws Exception {
        Session session = start(DataSettings.DEFAULT);
        try (session) {
            Tensor model = counting(FLOATS);
            TaskResult summed = ofAll(session, "sum", model);
            assertThat(summed.replies().values())
                    .hasSize(4)
                    .extracting(reply -> reply.get("last"))
                    .containsOnly((double) ((FLOATS - 1) % 1000));
            assertThat(session.dataStats().written()).isEqualTo(BYTES);
            assertThat(values(session)).as("one copy").isEqualTo(1);

            // Each of the four makes the same value; whoever is first, the others find it or put an equal one in its
            // place.
            Tensor ofPython = ofRank(session, 3, "twice", model);
            assertThat(ofPython.floats().get(999)).isEqualTo(1998f);
            assertThat(ofRank(session, 0, "echo", ofPython)).isEqualTo(ofPython);
            assertThat(values(session)).as("one of each content").isEqualTo(2);

            Tensor ofJava = ofRank(session, 0, "twice", ofPython);
            assertThat(ofRank(session, 2, "echo", ofJava).floats().get(999)).isEqualTo(3996f);
            assertThat(session.dataStats().written())
                    .as("what the parent wrote")
                    .isEqualTo(BYTES);
            assertThat(session.dataStats().chunksOut() + session.dataStats().chunksIn())
                    .as("through shared memory alone")
                    .isZero();
        }
        assertThat(folders(session)).isEmpty();
    }

    @Test
    void newValuesGoIntoPagesThatNobodyLooksAtInAnyLanguage() throws Exception {
        try (Session session = start(DataSettings.DEFAULT)) {
            for (int round = 0; round < 12; round++) {
                Tensor model = counting(1_000_000 + round);
                TaskResult twice = ofAll(session, "twice", model);
                for (Shareable reply : twice.replies().values()) {
                    Tensor back = reply.get("w", Tensor.class);
                    assertThat(back.byteSize()).isEqualTo(4L * (1_000_000 + round));
                    assertThat(back.floats().get(999 + round)).isEqualTo(2f * ((999 + round) % 1000));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(HashKind.class)
    void withoutSharedMemoryBothLanguagesAskForChunks(HashKind digest) {
        DataSettings chunks =
                DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF).withDigest(digest);
        try (Session session = start(chunks)) {
            assertTwice(session, counting(1_000_003));
            assertThat(session.dataStats().chunksOut()).isEqualTo(4L * 4 * 1_000_003);
            assertThat(session.dataStats().chunksIn()).isEqualTo(4L * 4 * 1_000_003);
            assertThat(session.dataStats().badChunks()).isZero();
        }
    }

    @Test
    void withABrokerOfItsOwnValuesGoThroughSharedMemoryAllTheSame() throws Exception {
        CurveKeyPair parent = CurveKeyPair.generate();
        try (BrokerProcess broker = new BrokerProcess(folder, 10_000, parent);
                Session session = session(DataSettings.DEFAULT)
                        .broker(broker.access(parent))
                        .start()) {
            assertTwice(session, counting(1_000_003));
            assertThat(session.dataStats().written()).isEqualTo(4L * 1_000_003);
            assertThat(session.dataStats().chunksOut() + session.dataStats().chunksIn())
                    .isZero();
        }
    }

    @Test
    void withABrokerOfItsOwnRanksAskTheParentWhoseAddressTheyWereTold() throws Exception {
        CurveKeyPair parent = CurveKeyPair.generate();
        DataSettings chunks = DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF);
        try (BrokerProcess broker = new BrokerProcess(folder, 10_000, parent);
                Session session = session(chunks)
                        .broker(BrokerAccess.standalone(broker.config(parent), "127.0.0.1"))
                        .start()) {
            assertTwice(session, counting(1_000_003));
            assertThat(session.dataStats().chunksOut()).isEqualTo(4L * 4 * 1_000_003);
            assertThat(session.dataStats().chunksIn()).isEqualTo(4L * 4 * 1_000_003);
        }
    }

    @Test
    void withABrokerOfItsOwnRanksThatKnowNoOtherWayGetValuesInMessages() throws Exception {
        CurveKeyPair parent = CurveKeyPair.generate();
        DataSettings chunks = DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF);
        try (BrokerProcess broker = new BrokerProcess(folder, 10_000, parent);
                Session session = session(chunks).broker(broker.access(parent)).start()) {
            assertTwice(session, counting(1_000_003));
            assertThat(session.dataStats().chunksOut() + session.dataStats().chunksIn())
                    .isZero();
        }
    }

    private static void assertTwice(Session session, Tensor model) {
        TaskResult twice = ofAll(session, "twice", model);
        for (int rank = 0; rank < 4; rank++) {
            assertThat(twice.replies().get(rank).get("w", Tensor.class).floats().get(999))
                    .isEqualTo(1998f);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 524_288})
    void chunksOfEverySizeThatIsAllowedAreUnderstood(int chunk) {
        DataSettings chunks =
                DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF).withChunk(chunk);
        try (Session session = start(chunks)) {
            assertThat(ofRank(session, 3, "echo", counting(700_001)).floats().get(700_000))
                    .isZero();
        }
    }
}
