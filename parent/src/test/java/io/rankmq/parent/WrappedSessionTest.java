// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.protocol.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose ranks are started by one command that forks each into a kernel session of its own, as torchrun does. */
@Timeout(120)
class WrappedSessionTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Gives each child its number and waits for all of them, whatever becomes of the first. */
    private static final String DOUBLE = """
            #!/bin/sh
            echo "double $$"
            rank=0
            while [ $rank -lt $WORLD_SIZE ]; do
              RANK=$rank LOCAL_RANK=$rank setsid java -XX:+UseSerialGC "$@" &
              rank=$((rank + 1))
            done
            wait
            """;

    @TempDir
    private Path folder;

    private final RealRanks ranks = new RealRanks();
    private final List<GangListener.Line> launcherLines = new CopyOnWriteArrayList<>();

    @Test
    void anOrderlyEndLeavesNothing() throws Exception {
        Session session = session(0).start();
        assertThat(session.execute("echo", new Shareable().put("data", "x"))
                        .orThrow()
                        .reply()
                        .get("back"))
                .isEqualTo("x");
        session.close();
        RealRanks.nothingIsLeftOf(session.id());
        assertThat(session.ranks()).allMatch(rank -> rank.state() == RankInfo.State.LEFT);
    }

    @Test
    void whenTheCommandIsKilledItsRanksAreEndedThoughTheyAreNoLongerItsChildren() throws Exception {
        Session session = session(0).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
        RealRanks.soon(ranks.line(": waiting"));
        long killed = System.nanoTime();
        kill(commandPid());
        RankFailure failure = RealRanks.soon(task).failure();
        endsWithin(session, killed);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(failure.message())
                .startsWith("the launcher's command on host ")
                .endsWith("ended with signal 9 (SIGKILL) before its ranks were done");
    }

    @Test
    void whenARankIsKilledItIsNamedAndTheOthersAndTheCommandAreEnded() throws Exception {
        Session session = session(0).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
        RealRanks.soon(ranks.line(": waiting"));
        Long pid = session.ranks().get(1).pid();
        assertThat(pid).isNotNull();
        long killed = System.nanoTime();
        kill(pid);
        RankFailure failure = RealRanks.soon(task).failure();
        endsWithin(session, killed);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(failure.message())
                .startsWith("rank 1 on host ")
                .contains("(pid " + pid + ") ended with an unknown exit code");
    }

    @Test
    void aKilledCommandIsRunAgainIfTheSessionMay() throws Exception {
        Session session = session(1).start();
        Path go = folder.resolve("go");
        CompletableFuture<TaskResult> task =
                RealRanks.executing(session, "wait_for_file", new Shareable().put("file", go.toString()));
        RealRanks.soon(ranks.line(": waiting"));
        kill(commandPid());
        Files.createFile(go);
        assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(session.ranks()).allMatch(rank -> rank.attempt() == 1);
        session.close();
        RealRanks.nothingIsLeftOf(session.id());
    }

    private SessionBuilder session(int restarts) throws Exception {
        Path script = folder.resolve("double #1.sh");
        Files.writeString(script, DOUBLE);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return ranks.session(2)
                .maxRestarts(restarts)
                .listener(new SessionListener() {
                    @Override
                    public void onOutput(GangListener.Line line) {
                        launcherLines.add(line);
                    }
                })
                .launcher(LocalLauncher.java()
                        .startedBy(List.of(script.toString()))
                        .startsAllRanks());
    }

    private long commandPid() {
        return launcherLines.stream()
                .map(GangListener.Line::text)
                .filter(text -> text.startsWith("double "))
                .map(text -> Long.parseLong(text.substring("double ".length())))
                .findFirst()
                .orElseThrow();
    }

    private static void kill(long pid) {
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    private static void endsWithin(Session session, long since) {
        session.close();
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(SOON);
        RealRanks.nothingIsLeftOf(session.id());
    }
}
