// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A gang that a test started, with all that was told of it. Closing it closes the gang. */
final class Trial implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final ProcFs PROC = ProcFs.ofThisHost();

    private final LaunchRequest request;
    private final RecordingListener told;
    private final Gang gang;

    private Trial(LaunchRequest request, RecordingListener told, Gang gang) {
        this.request = request;
        this.told = told;
        this.gang = gang;
    }

    static Trial of(Launcher launcher, int worldSize) throws LaunchException {
        return of(launcher, worldSize, null);
    }

    static Trial of(Launcher launcher, int worldSize, @Nullable Path logs) throws LaunchException {
        LaunchRequest request = request(worldSize, logs);
        RecordingListener told = new RecordingListener();
        return new Trial(request, told, launcher.launch(request, told));
    }

    static LaunchRequest request(int worldSize, @Nullable Path logs) {
        String session =
                "t-" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        SortedMap<Integer, CurveKeyPair> keys = new TreeMap<>();
        for (int rank = 0; rank < worldSize; rank++) {
            keys.put(rank, CurveKeyPair.generate());
        }
        BootstrapDocument document = new BootstrapDocument(
                session,
                0,
                worldSize,
                "tcp://127.0.0.1:1",
                "tcp://127.0.0.1:2",
                "tcp://127.0.0.1:3",
                CurveKeyPair.generate().publicKey(),
                List.of("io.rankmq."),
                keys);
        return new LaunchRequest(session, 0, worldSize, document, logs, Set.of(), Duration.ofSeconds(10));
    }

    LaunchRequest request() {
        return request;
    }

    RecordingListener told() {
        return told;
    }

    Gang gang() {
        return gang;
    }

    /** The rank's process; a launcher may return before its start is told. */
    long pid(int rank) {
        return await().atMost(PATIENCE).until(() -> told.pids().get(rank), Objects::nonNull);
    }

    Trial awaitExits(int count) {
        await().atMost(PATIENCE).until(() -> told.exits().size() >= count);
        return this;
    }

    Trial awaitLine(String text) {
        await().atMost(PATIENCE)
                .until(() -> told.lines().stream().anyMatch(line -> line.text().equals(text)));
        return this;
    }

    /** The exit of a rank, which must be the only one that was told of it. */
    GangListener.Exit exit(int rank) {
        List<GangListener.Exit> exits =
                told.exits().stream().filter(exit -> exit.rank() == rank).toList();
        assertThat(exits).as("exits of rank %s", rank).hasSize(1);
        return exits.get(0);
    }

    /** Pids of all living processes that were started with this session's variable. */
    List<Long> livingProcesses() {
        return livingProcesses(request.session());
    }

    static List<Long> livingProcesses(String session) {
        Predicate<ProcFs.Entry> ofSession =
                entry -> Boolean.TRUE.equals(PROC.hasVariable(entry.pid(), RankCommand.SESSION_VARIABLE, session));
        return PROC.living().stream().filter(ofSession).map(ProcFs.Entry::pid).toList();
    }

    @Override
    public void close() {
        gang.close();
    }
}
