// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * What happens to real ranks, and what the user is told: one sentence with rank, host, pid and cause, within 5 s of the fault, and nothing is left
 * afterwards.
 */
class RankFaultsTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Shareable RANK_ONE = new Shareable().put("ranks", List.of(1L));

    private final RealRanks ranks = new RealRanks();

    @Test
    void aRankKilledWhileItComputesIsNamedWithItsSignal() throws Exception {
        Session session = ranks.session(3).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
        RealRanks.soon(ranks.line("1: waiting"));
        long pid = pidOf(session, 1);
        long killed = System.nanoTime();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        RankFailure failure = failureOf(RealRanks.soon(task));
        endsWithin(session, killed);
        assertThat(failure.code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(failure.message())
                .startsWith("rank 1 on host ")
                .endsWith("(pid " + pid + ") ended with signal 9 (SIGKILL) during task wait_for_abort");
        assertThat(failure.lastLines()).contains("waiting");
    }

    @Test
    void aRankThatThrowsIsNamedWithItsExceptionAndItsLastLines() throws Exception {
        Session session = ranks.session(2).start();
        long start = System.nanoTime();
        RankFailure failure = failureOf(session.execute("throw", RANK_ONE));
        endsWithin(session, start);
        assertThat(failure.code()).isEqualTo(ErrorCode.EXECUTION_FAILED);
        assertThat(failure.message())
                .startsWith("rank 1 on host ")
                .endsWith("failed in task throw: java.lang.IllegalStateException: boom");
        assertThat(String.join("\n", failure.lastLines())).contains("the last line of rank 1");
        assertThat(failure.trace()).contains("ProbeExecutor.execute");
        assertThat(session.execute("echo", new Shareable()).failure())
                .as("later tasks")
                .isEqualTo(failure);
    }

    @Test
    void aRankThatExitsZeroTooEarlyIsAFailure() throws Exception {
        Session session = ranks.session(2).start();
        long start = System.nanoTime();
        RankFailure failure = failureOf(session.execute("exit_0", RANK_ONE));
        endsWithin(session, start);
        assertThat(failure.message())
                .startsWith("rank 1 on host ")
                .endsWith("ended with exit code 0 during task exit_0");
    }

    @Test
    void aTaskPastItsTimeoutFailsEvenIfARankIgnoresItsAbort() throws Exception {
        Session session = ranks.session(2).start();
        long start = System.nanoTime();
        TaskResult result =
                session.execute(TaskRequest.of("ignore_abort", RANK_ONE).withTimeout(Duration.ofMillis(500)));
        endsWithin(session, start + Duration.ofMillis(500).toNanos());
        assertThat(result.returnCode()).isEqualTo(ReturnCode.EXECUTION_RESULT_ERROR);
        assertThat(failureOf(result).message()).contains("did not end task ignore_abort within 500 ms");
    }

    @Test
    void daemonsOfARankAreEndedWithIt() throws Exception {
        Session session = ranks.session(2).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "daemon", new Shareable());
        RealRanks.soon(ranks.line("0: daemon started"));
        RealRanks.soon(ranks.line("1: daemon started"));
        long killed = System.nanoTime();
        ProcessHandle.of(pidOf(session, 1)).orElseThrow().destroyForcibly();
        failureOf(RealRanks.soon(task));
        endsWithin(session, killed);
    }

    @Test
    void aCommandThatDoesNotExistIsNamedAtOnce() {
        SessionBuilder builder =
                ranks.session(1).launcher(LocalLauncher.command(List.of("/no/such/command with space#")));
        assertThatThrownBy(builder::start)
                .isInstanceOf(RankFailedException.class)
                .hasMessageContaining("/no/such/command with space#")
                .satisfies(e ->
                        assertThat(((RankFailedException) e).failure().code()).isEqualTo(ErrorCode.LAUNCH_FAILED));
    }

    @Test
    void aRankThatNeverJoinsIsNamedAtTheJoinTimeout() {
        SessionLimits quick = SessionLimits.DEFAULT.withJoinTimeout(Duration.ofSeconds(1));
        SessionBuilder builder =
                ranks.session(2).limits(quick).launcher(LocalLauncher.command(List.of("sleep", "600")));
        long start = System.nanoTime();
        assertThatThrownBy(builder::start)
                .isInstanceOf(RankFailedException.class)
                .hasMessageMatching("rank 0 on host .* \\(pid \\d+\\) did not join within 1 s; ranks 0, 1 are missing");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON.plusSeconds(1));
    }

    @Test
    void aRankThatEndsBeforeItJoinsIsNamedWithItsLastLines() {
        SessionBuilder builder = ranks.session(1)
                .launcher(LocalLauncher.command(List.of("sh", "-c", "echo no module named torch >&2; exit 3")));
        assertThatThrownBy(builder::start).isInstanceOfSatisfying(RankFailedException.class, e -> {
            assertThat(e.failure().message()).endsWith("ended with exit code 3 before its session was over");
            assertThat(e.failure().lastLines()).contains("no module named torch");
        });
    }

    private static long pidOf(Session session, int rank) {
        Long pid = session.ranks().get(rank).pid();
        assertThat(pid).isNotNull();
        return pid;
    }

    private static RankFailure failureOf(TaskResult result) {
        assertThat(result.returnCode()).isEqualTo(ReturnCode.EXECUTION_RESULT_ERROR);
        assertThat(result.failure()).isNotNull();
        return result.failure();
    }

    private static void endsWithin(Session session, long since) {
        session.close();
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(SOON);
        RealRanks.nothingIsLeftOf(session.id());
    }
}
