// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.security.CurveKeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gangs of real ranks that are lost, and what takes their place. */
@Timeout(180)
class RestartTest {
    private static final Shareable RANK_ONE = new Shareable().put("ranks", List.of(1L));
    private static final Launcher NEVER_JOINS = LocalLauncher.command(List.of("sleep", "600"));

    @TempDir
    private Path folder;

    private final RealRanks ranks = new RealRanks();
    private final List<Restart> restarts = new CopyOnWriteArrayList<>();
    private final List<LaunchRequest> launches = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> secondLaunch = new CompletableFuture<>();

    private final SessionListener watch = new SessionListener() {
        @Override
        public void onRestart(Restart restart) {
            restarts.add(restart);
        }
    };

    @Test
    void aTaskWhoseRankIsKilledIsRunAgainByAnotherGang() throws Exception {
        Session session = session(2, LocalLauncher.java(), LocalLauncher.java())
                .logDirectory(folder)
                .start();
        List<RankInfo> first = session.ranks();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
        killInTask(session, 1);
        letTasksEnd();
        TaskResult result = RealRanks.soon(task).orThrow();

        assertThat(result.reply().get("back")).isEqualTo("precious");
        assertThat(session.ranks()).allMatch(rank -> rank.attempt() == 1 && rank.state() == RankInfo.State.READY);
        assertThat(first).noneMatch(rank -> ProcessHandle.of(pid(rank)).isPresent());
        assertThat(restarts).singleElement().satisfies(restart -> {
            assertThat(restart.attempt()).isZero();
            assertThat(restart.maxRestarts()).isEqualTo(1);
            assertThat(restart.failure().message()).contains("signal 9 (SIGKILL) during task wait_for_file");
            assertThat(restart.failure().lastLines()).contains("waiting");
        });
        assertThat(session.execute("echo", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
        theSecondGangHasNothingOfTheFirstButItsSession(session.id());
        session.close();
        RealRanks.nothingIsLeftOf(session.id());
    }

    private void theSecondGangHasNothingOfTheFirstButItsSession(String id) {
        LaunchRequest before = launches.get(0);
        LaunchRequest after = launches.get(1);
        assertThat(after.session()).isEqualTo(before.session()).isEqualTo(id);
        assertThat(List.of(before.incarnation(), after.incarnation())).containsExactly(0, 1);
        assertThat(after.bootstrap().ranks().get(0))
                .isNotEqualTo(before.bootstrap().ranks().get(0));
        assertThat(after.bootstrap().commands()).isNotEqualTo(before.bootstrap().commands());
        assertThat(folder.resolve(id))
                .isDirectoryContaining("glob:**attempt_0")
                .isDirectoryContaining("glob:**attempt_1");
        assertThat(before.avoidHosts()).isEmpty();
        assertThat(after.avoidHosts()).containsExactly(restarts.get(0).failure().host());
    }

    @Test
    void theLastLossIsToldWithItsAttemptWhenTheRestartsAreUsedUp() throws Exception {
        Session session = session(2, LocalLauncher.java(), LocalLauncher.java()).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
        killInTask(session, 1);
        RealRanks.soon(secondLaunch);
        ranks.lines.clear();
        killInTask(session, 0);
        RankFailure failure = RealRanks.soon(task).failure();
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(failure.message())
                .startsWith("in attempt_1 (restarts used: 1 of 1), rank 0 on host ")
                .endsWith("ended with signal 9 (SIGKILL) during task wait_for_file");
        assertThat(session.execute("echo", new Shareable()).failure()).isEqualTo(failure);
        RealRanks.nothingIsLeftOf(session.id());
    }

    @Test
    void anExecutorThatThrowsEndsItsGangAsADeadRankDoes() {
        Session session = session(2, LocalLauncher.java(), LocalLauncher.java()).start();
        RankFailure failure = session.execute("throw", RANK_ONE).failure();
        assertThat(restarts)
                .singleElement()
                .satisfies(restart -> assertThat(restart.failure().code()).isEqualTo(ErrorCode.EXECUTION_FAILED));
        assertThat(failure).isNotNull();
        assertThat(failure.message())
                .startsWith("in attempt_1 (restarts used: 1 of 1), rank 1 ")
                .endsWith("failed in task throw: java.lang.IllegalStateException: boom");
    }

    @Test
    void aGangThatDiesWhileItStartsIsReplacedToo() {
        try (Session session = session(1, LocalLauncher.command(List.of("sh", "-c", "exit 3")), LocalLauncher.java())
                .start()) {
            assertThat(session.ranks().get(0).attempt()).isEqualTo(1);
            assertThat(restarts)
                    .singleElement()
                    .satisfies(restart -> assertThat(restart.failure().message())
                            .endsWith("ended with exit code 3 before its session was over"));
        }
    }

    @Test
    void whatWouldFailAgainIsNotRestarted() {
        SessionBuilder builder = session(1, LocalLauncher.command(List.of("/no/such/command")), LocalLauncher.java());
        assertThatThrownBy(builder::start)
                .isInstanceOf(RankFailedException.class)
                .hasMessageStartingWith("in attempt_0 (restarts used: 0 of 1), ")
                .hasMessageContaining("/no/such/command");
        assertThat(restarts).isEmpty();
    }

    @Test
    void anEventThatWaitsWhenItsGangIsLostIsCountedAsNotRelayed() throws Exception {
        try (Session session =
                session(2, LocalLauncher.java(), LocalLauncher.java()).start()) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
            CompletableFuture<Void> relayed =
                    CompletableFuture.runAsync(() -> session.fireEvent("block", session.newContext()));
            RealRanks.soon(ranks.line("0: blocked"));
            killInTask(session, 1);
            RealRanks.soon(relayed);
            assertThat(session.stats().relayFailures()).isEqualTo(1);
            letTasksEnd();
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        }
    }

    @Test
    void closeEndsARestartInBoundedTime() throws Exception {
        Session session = session(2, LocalLauncher.java(), NEVER_JOINS).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
        killInTask(session, 1);
        RealRanks.soon(secondLaunch);
        long start = System.nanoTime();
        session.close();
        assertThat(since(start)).isLessThan(Duration.ofSeconds(8));
        RankFailure failure = RealRanks.soon(task).failure();
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_CLOSED);
        RealRanks.nothingIsLeftOf(session.id());
    }

    @Test
    void anAbortEndsARestartInBoundedTimeAndYieldsOk() throws Exception {
        AbortSignal abort = new AbortSignal();
        Session session =
                session(2, LocalLauncher.java(), NEVER_JOINS).abort(abort).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
        killInTask(session, 1);
        RealRanks.soon(secondLaunch);
        long start = System.nanoTime();
        abort.trigger("Ctrl-C");
        assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(since(start)).isLessThan(Duration.ofSeconds(8));
        RealRanks.nothingIsLeftOf(session.id());
    }

    @Test
    void aRankLostDuringAnAbortIsNotReplaced() throws Exception {
        AbortSignal abort = new AbortSignal();
        Session session = session(2, LocalLauncher.java(), LocalLauncher.java())
                .abort(abort)
                .start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "ignore_abort", new Shareable());
        RealRanks.soon(ranks.line("1: waiting"));
        abort.trigger("Ctrl-C");
        killInTask(session, 1);
        assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        session.close();
        assertThat(launches).hasSize(1);
        assertThat(restarts).isEmpty();
    }

    @Test
    void aTaskThatIsCancelledWhileItsGangIsReplacedIsNotRunAgain() throws Exception {
        CountDownLatch mayLaunch = new CountDownLatch(1);
        Launcher slow = (request, listener) -> {
            await(mayLaunch);
            return LocalLauncher.java().launch(request, listener);
        };
        try (Session session = session(2, LocalLauncher.java(), slow).start()) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
            killInTask(session, 1);
            RealRanks.soon(secondLaunch);
            session.cancelTask("enough");
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
            mayLaunch.countDown();
            assertThat(session.execute("echo", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
        }
    }

    @Test
    void whatALauncherStartsAfterTheSessionWasClosedIsEnded() throws Exception {
        CountDownLatch mayLaunch = new CountDownLatch(1);
        Launcher slow = (request, listener) -> {
            await(mayLaunch);
            return LocalLauncher.java().launch(request, listener);
        };
        Session session = session(2, LocalLauncher.java(), slow).start();
        kill(session, 1);
        RealRanks.soon(secondLaunch);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(session::close);
        CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS).execute(mayLaunch::countDown);
        RealRanks.soon(closed);
        RealRanks.nothingIsLeftOf(session.id());
    }

    @Test
    void aGangIsReplacedAtABrokerInAProcessOfItsOwnOverTheSameConnection() throws Exception {
        CurveKeyPair parent = CurveKeyPair.generate();
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, parent)) {
            try (Session session = session(2, LocalLauncher.java(), LocalLauncher.java())
                    .broker(broker.access(parent))
                    .start()) {
                CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_file", data());
                killInTask(session, 1);
                letTasksEnd();
                assertThat(RealRanks.soon(task).orThrow().reply().get("back")).isEqualTo("precious");
                assertThat(broker.status()).contains(session.id()).doesNotContain("\"incarnation\":0");
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> broker.status().contains("\"sessions\":[]"));
        }
    }

    /** The first gang by one launcher, the second by another. */
    private SessionBuilder session(int worldSize, Launcher first, Launcher second) {
        return ranks.session(worldSize).maxRestarts(1).listener(watch).launcher((request, listener) -> {
            launches.add(request);
            if (request.incarnation() == 1) {
                secondLaunch.complete(1);
            }
            return (request.incarnation() == 0 ? first : second).launch(request, listener);
        });
    }

    private Shareable data() {
        return new Shareable().put("file", folder.resolve("go").toString()).put("data", "precious");
    }

    private void letTasksEnd() throws Exception {
        Files.createFile(folder.resolve("go"));
    }

    private void killInTask(Session session, int rank) throws Exception {
        RealRanks.soon(ranks.line(rank + ": waiting"));
        kill(session, rank);
    }

    private static void kill(Session session, int rank) {
        ProcessHandle.of(pid(session.ranks().get(rank))).orElseThrow().destroyForcibly();
    }

    private static long pid(RankInfo rank) {
        Long pid = rank.pid();
        assertThat(pid).isNotNull();
        return pid;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
