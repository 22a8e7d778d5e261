// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.parent.ranks.DataProbe;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.DataAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large values over a bad line between real ranks and the data port. */
@Timeout(120)
class DataLinkTest {
    private static final int FLOATS = 4 << 20;
    private static final long BYTES = 4L * FLOATS;
    private static final DataSettings CHUNKS =
            DataSettings.DEFAULT.withSharedMemory(DataSettings.OFF).withChunk(65_536);

    private final RealRanks ranks = new RealRanks();
    private final AtomicReference<TcpRelay> made = new AtomicReference<>();

    @AfterEach
    void closeTheLine() throws IOException {
        TcpRelay line = made.get();
        if (line != null) {
            line.close();
        }
    }

    private Session start(int worldSize, long bytesPerSecond) {
        return Session.builder()
                .worldSize(worldSize)
                .executor("probe")
                .component("probe", DataProbe.class.getName(), Map.of())
                .allow(List.of("io.rankmq.parent.ranks."))
                .launcher((request, listener) ->
                        LocalLauncher.java().launch(overALine(request, bytesPerSecond), listener))
                .data(CHUNKS)
                .listener(ranks)
                .start();
    }

    private LaunchRequest overALine(LaunchRequest request, long bytesPerSecond) {
        BootstrapDocument real = request.bootstrap();
        DataAccess data = Objects.requireNonNull(real.data());
        try {
            made.set(new TcpRelay(data.endpoint(), bytesPerSecond));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        BootstrapDocument document = new BootstrapDocument(
                real.session(),
                real.incarnation(),
                real.worldSize(),
                real.commands(),
                real.control(),
                real.events(),
                real.serverKey(),
                real.allow(),
                real.ranks(),
                real.join(),
                new DataAccess(
                        made.get().endpoint(),
                        data.digest(),
                        data.inlineLimit(),
                        data.chunk(),
                        data.segments(),
                        data.serverKey()));
        return new LaunchRequest(
                request.session(),
                request.incarnation(),
                request.worldSize(),
                document,
                request.logDirectory(),
                request.avoidHosts(),
                request.lease());
    }

    private static Shareable model() {
        float[] values = new float[FLOATS];
        values[0] = 1;
        values[FLOATS - 1] = 2;
        return new Shareable().put("w", Tensor.ofFloats(values));
    }

    @Test
    void afterACutAValueGoesOnWhereItWas() throws Exception {
        try (Session session = start(1, 8 << 20)) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "sum", model());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> session.dataStats().chunksOut() > BYTES / 2);
            TcpRelay line = made.get();
            int before = line.connections();
            line.cut();
            line.mend();

            assertThat(RealRanks.soon(task).orThrow().reply().get("sum")).isEqualTo(3.0);
            assertThat(line.connections()).isGreaterThan(before);
            assertThat(session.dataStats().chunksOut())
                    .as("all of it, and what was on its way")
                    .isBetween(BYTES, BYTES + BYTES / 4);
            assertThat(session.dataStats().badChunks()).isZero();
        }
    }

    @Test
    void aRankOnASlowLineSlowsNobodyElse() throws Exception {
        try (Session session = start(2, Long.MAX_VALUE)) {
            // Slow, but no chunk takes so long that it would be asked for again.
            made.get().limitFirst(256 << 10);
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "tell", model());

            String fast = ranks.line("read 3.0").join();
            assertThat(task).as("the other one still waits for its value").isNotDone();
            assertThat(ranks.lines)
                    .filteredOn(line -> line.contains("read 3.0"))
                    .containsExactly(fast);

            made.get().limitFirst(Long.MAX_VALUE);
            RealRanks.soon(task).orThrow();
            assertThat(ranks.line((fast.startsWith("0") ? "1" : "0") + ": read 3.0")
                            .join())
                    .isNotEmpty();
        }
    }

    /** As a small task of another session and an abort do; DataPlaneTest aborts one. */
    @Test
    void anEventDoesNotWaitBehindAValue() throws Exception {
        try (Session session = start(1, 1 << 20)) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "sum", model());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> session.dataStats().chunksOut() > 0);

            session.fireEvent("tick", session.newContext());

            assertThat(task).as("its value is still on its way").isNotDone();
            made.get().limitFirst(Long.MAX_VALUE);
            RealRanks.soon(task).orThrow();
        }
    }
}
