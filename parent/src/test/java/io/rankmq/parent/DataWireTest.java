// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.parent.ranks.DataProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Model-sized values in chunks, and one rank whose way to the data port, and no other way of it, is held or cut in the middle of a value. */
@Timeout(120)
class DataWireTest {
    private static final int FLOATS = 16 << 20;
    private static final long BYTES = 4L * FLOATS;

    /** Longer than any hold of a test, on a machine that does other things, too. */
    private static final SessionLimits PATIENT = SessionLimits.DEFAULT.withLease(Duration.ofSeconds(60));

    private enum Language {
        JAVA,
        PYTHON
    }

    private final RealRanks ranks = new RealRanks();
    private TcpRelay wire;

    @AfterEach
    void closeWire() throws IOException {
        if (wire != null) {
            wire.close();
        }
    }

    /** The second half of the way is the reply's. To begin again would cost another three quarters. */
    @ParameterizedTest
    @CsvSource({"JAVA, 0.75", "JAVA, 1.75", "PYTHON, 0.75", "PYTHON, 1.75"})
    void aValueThatIsCutOffOnItsWayGoesOnWhereItWas(Language language, double cutAt) throws Exception {
        try (Session session = session(language, 1)) {
            CompletableFuture<Void> held = wire.holdAfter((long) (cutAt * BYTES));
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "twice", model());
            RealRanks.soon(held);
            wire.cut();
            wire.mend();
            wire.letGo();

            assertThat(RealRanks.soon(task).orThrow().reply().get("w")).isEqualTo(counting(2));
            assertThat(wire.passed()).as("bytes both ways").isBetween(2 * BYTES, 5 * BYTES / 2);
            assertThat(session.dataStats().chunksIn()).isEqualTo(BYTES);
            assertThat(session.dataStats().chunksOut()).isBetween(BYTES, 3 * BYTES / 2);
        }
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void aRankThatIsSlowKeepsNoOtherFromItsValue(Language language) throws Exception {
        try (Session session = session(language, 2)) {
            CompletableFuture<Void> held = wire.holdAfter(BYTES / 4);
            CompletableFuture<String> other = ranks.line("0: heard before_task_execution");
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "sum", model());
            RealRanks.soon(held);
            other.join();
            assertThat(ranks.lines).doesNotContain("1: heard before_task_execution");
            assertThat(task).isNotDone();
            wire.letGo();

            assertThat(RealRanks.soon(task).orThrow().reply().get("last")).isEqualTo((double) ((FLOATS - 1) % 1000));
            assertThat(ranks.lines).contains("1: heard before_task_execution");
        }
    }

    /** As long as the wire is held nothing of the value comes through: what passes meanwhile did not wait for it. */
    @ParameterizedTest
    @EnumSource(Language.class)
    void eventsAndAnAbortPassAValueThatWaits(Language language) throws Exception {
        try (Session session = session(language, 2)) {
            CompletableFuture<Void> held = wire.holdAfter(BYTES / 4);
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait", model());
            RealRanks.soon(held);
            for (int i = 0; i < 10; i++) {
                session.fireEvent("knock " + i, session.newContext());
                assertThat(ranks.line("1: heard knock " + i)).succeedsWithin(Duration.ofSeconds(30));
            }
            assertThat(ranks.lines).doesNotContain("1: heard before_task_execution");
            assertThat(task).isNotDone();

            session.cancelTask("no more");
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
            assertThat(session.execute("small", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
        }
    }

    private Shareable model() {
        return new Shareable().put("w", counting(1));
    }

    private static Tensor counting(int step) {
        float[] values = new float[FLOATS];
        for (int i = 0; i < FLOATS; i++) {
            values[i] = step * (i % 1000);
        }
        return Tensor.ofFloats(values);
    }

    private Session session(Language last, int worldSize) {
        if (last == Language.PYTHON) {
            PythonProbe.assumeThere();
        }
        return Session.builder()
                .worldSize(worldSize)
                .executor("probe")
                .component(new ComponentConfig(
                        "probe", Map.of("java", DataProbe.class.getName(), "python", PythonProbe.PATH), Map.of()))
                .allow(List.of("io.rankmq.parent.ranks.", "data_probe."))
                .launcher(new LastRankThroughWire(last))
                .data(DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF))
                .limits(PATIENT)
                .listener(ranks)
                .start();
    }

    /** Puts the wire before the data port of the last rank. */
    private final class LastRankThroughWire implements Launcher {
        private final Language language;

        LastRankThroughWire(Language language) {
            this.language = language;
        }

        @Override
        public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
            String port = request.bootstrap().data().endpoint();
            try {
                wire = new TcpRelay(port);
            } catch (IOException e) {
                throw new LaunchException("no wire: " + e.getMessage(), e);
            }
            LocalLauncher last = language == Language.JAVA
                    ? LocalLauncher.java().startedBy(detour(port, java()))
                    : PythonProbe.launcher().startedBy(detour(port, PythonProbe.interpreter()));
            LocalLauncher all = request.worldSize() == 1
                    ? last
                    : LocalLauncher.java().ranks(String.valueOf(request.worldSize() - 1), last);
            return all.launch(request, listener);
        }

        private static String java() {
            return Path.of(System.getProperty("java.home"), "bin", "java").toString();
        }

        /** A gang has one document, but each rank a copy of its own: changed before the rank reads it. */
        private List<String> detour(String port, String program) {
            String change = "sed -i 's#\"" + port + "\"#\"" + wire.endpoint() + "\"#' \"$RANKMQ_BOOTSTRAP\"";
            return List.of("sh", "-c", change + " && exec \"$0\" \"$@\"", program);
        }
    }
}
