// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.parent.launch.GangListener;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The parent's decisions; numbers in names are those of the semantics (P, R) and of the original's defects (D). */
class SessionCoreTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Nested
    class Joining {

        @Test
        void initializeIsSentOnlyWhenEveryRankHasEchoedAProbe() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.joinAndEcho(0);
            fixture.join(1, 0);
            assertThat(fixture.all(Kind.INITIALIZE)).isEmpty();
            fixture.echo(1);
            assertThat(fixture.all(Kind.INITIALIZE)).hasSize(1);
            assertThat(fixture.last(Kind.INITIALIZE).envelope().seq()).isEqualTo(1);
        }

        @Test
        void anEchoOfAProbeThatIsOlderThanTheJoinProvesNothing() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.join(0, 0);
            long old = ((Message.Probe) fixture.last(Kind.PROBE).message()).nonce();
            fixture.join(1, 0);
            fixture.unnumbered(1, new Message.Echo(old));
            assertThat(fixture.state(1)).isEqualTo(RankInfo.State.JOINING);
            fixture.unnumbered(0, new Message.Echo(old));
            assertThat(fixture.state(0)).isEqualTo(RankInfo.State.READY);
        }

        @Test
        void probesGoOnAtGrowingIntervalsUntilTheyAreEchoed() {
            CoreFixture fixture = new CoreFixture(1);
            fixture.join(0, 0);
            fixture.pass(Duration.ofSeconds(2), 0);
            assertThat(fixture.all(Kind.PROBE).count()).isBetween(10L, 20L);
            fixture.echo(0);
            long sent = fixture.all(Kind.PROBE).count();
            fixture.pass(Duration.ofSeconds(2), 0);
            assertThat(fixture.all(Kind.PROBE)).hasSize((int) sent);
        }

        @Test
        void d1AndD5ARankThatNeverJoinsEndsTheStartAtTheJoinTimeout() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.joinAndEcho(0);
            fixture.pass(fixture.limits.joinTimeout().plusMillis(1), 0);
            assertThat(fixture.failures).singleElement().satisfies(failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.JOIN_TIMEOUT);
                assertThat(failure.message()).isEqualTo("rank 1 did not join within 60 s");
            });
        }

        @Test
        void aClaimThatTheKeyDoesNotSupportIsForbidden() {
            CoreFixture fixture = new CoreFixture(2);
            Message join = new Message.Join(1, 1, 2, 0, "h", 5, "java", "x");
            fixture.core.onMessage(1, new Envelope(CoreFixture.SESSION, 0, 0, 0), join, fixture.now);
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.FORBIDDEN);
            fixture.core.onMessage(1, new Envelope("s-other", 0, 1, 0), join, fixture.now);
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.FORBIDDEN);
            fixture.core.onMessage(1, new Envelope(CoreFixture.SESSION, 1, 1, 0), join, fixture.now);
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(fixture.state(0)).isEqualTo(RankInfo.State.ABSENT);
            assertThat(fixture.core.stats().rejected()).isEqualTo(3);
        }

        @Test
        void anotherWorldSizeOrVersionIsRefused() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.unnumbered(0, new Message.Join(1, 1, 3, 0, "h", 5, "java", "x"));
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.BAD_WORLD_SIZE);
            fixture.unnumbered(0, new Message.Join(2, 9, 2, 0, "h", 5, "java", "x"));
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        }

        @Test
        void aSecondProcessCannotTakeALivingRanksPlace() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.unnumbered(0, new Message.Join(1, 1, 1, 0, "h", 999, "java", "x"));
            assertThat(refusal(fixture)).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(fixture.core.infos().get(0).pid()).isEqualTo(100L);
        }

        private ErrorCode refusal(CoreFixture fixture) {
            return ((Message.Refuse) fixture.last(Kind.REFUSE).message())
                    .error()
                    .code();
        }

        @Test
        void d4AndD13AnInitialisationThatFailsInOneRankFailsTheSession() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.joinAndEcho(0);
            fixture.joinAndEcho(1);
            fixture.report(0, new Message.Initialized(1, null, Body.NONE));
            WireError error = WireError.of(ErrorCode.NOT_AN_EXECUTOR, "component 'x' is no executor");
            fixture.report(1, new Message.Initialized(1, error, Body.NONE));
            assertThat(fixture.failures).singleElement().satisfies(failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.NOT_AN_EXECUTOR);
                assertThat(failure.message())
                        .isEqualTo("rank 1 on host h1 (pid 101) failed to initialise: component 'x' is no executor");
            });
            assertThat(fixture.initialized).isNotDone();
            fixture.core.completeFailure(fixture.failures.get(0));
            assertThat(fixture.initialized.join().failure()).isNotNull();
        }

        @Test
        void p5AnInitialisationThatIsNotAnsweredEndsAtItsTimeout() {
            CoreFixture fixture = new CoreFixture(1);
            fixture.joinAndEcho(0);
            fixture.pass(fixture.limits.initializeTimeout().plusMillis(1), 0);
            assertThat(fixture.failures).extracting(RankFailure::code).containsExactly(ErrorCode.INITIALIZE_TIMEOUT);
        }
    }

    @Nested
    class Tasks {

        @Test
        void aTaskEndsWhenEveryRankHasEndedIt() {
            CoreFixture fixture = CoreFixture.running(2);
            CompletableFuture<Pending.Outcome<Message.Result>> outcome = fixture.execute("t1", MINUTE);
            fixture.result(0, "t1", null);
            assertThat(outcome).isNotDone();
            fixture.result(1, "t1", null);
            assertThat(outcome.join().answers()).containsOnlyKeys(0, 1);
            assertThat(outcome.join().failure()).isNull();
        }

        @Test
        void d2AndR6AFailureOfAnyRankFailsTheTaskAtOnceAndIsNamed() {
            CoreFixture fixture = CoreFixture.running(3);
            CompletableFuture<Pending.Outcome<Message.Result>> outcome = fixture.execute("t1", MINUTE);
            fixture.result(2, "t1", new WireError(30, "boom", "java.lang.IllegalStateException", "trace"));
            assertThat(fixture.failures).singleElement().satisfies(failure -> {
                assertThat(failure.rank()).isEqualTo(2);
                assertThat(failure.message())
                        .isEqualTo(
                                "rank 2 on host h1 (pid 102) failed in task train: java.lang.IllegalStateException: boom");
                assertThat(failure.trace()).isEqualTo("trace");
            });
            assertThat(fixture.all(Kind.CLOSE)).hasSize(1);
            fixture.core.completeFailure(fixture.failures.get(0));
            assertThat(outcome.join().failure()).isNotNull();
        }

        @Test
        void d3ALateResultDoesNotCompleteTheNextTask() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.execute("t1", MINUTE);
            fixture.result(0, "t1", null);
            CompletableFuture<Pending.Outcome<Message.Result>> second = fixture.execute("t2", MINUTE);
            fixture.result(0, "t1", null);
            assertThat(second).isNotDone();
            assertThat(fixture.core.stats().late()).isEqualTo(1);
        }

        @Test
        void p9ATaskPastItsTimeoutFailsAndNamesTheFirstRankThatHasNotEndedIt() {
            CoreFixture fixture = CoreFixture.running(3);
            fixture.execute("t1", Duration.ofSeconds(3));
            fixture.result(0, "t1", null);
            fixture.pass(Duration.ofSeconds(3).plusMillis(1), 0, 1, 2);
            assertThat(fixture.failures).singleElement().satisfies(failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.TASK_TIMEOUT);
                assertThat(failure.message())
                        .isEqualTo(
                                "rank 1 on host h1 (pid 101) did not end task train within 3 s; ranks 1, 2 have not ended it");
            });
        }

        @Test
        void answersThatComeAfterTheFailureDoNotUndoIt() {
            CoreFixture fixture = CoreFixture.running(1);
            CompletableFuture<Pending.Outcome<Message.Result>> outcome = fixture.execute("t1", Duration.ofSeconds(1));
            fixture.pass(Duration.ofSeconds(1).plusMillis(1), 0);
            fixture.report(0, new Message.Result(3, "t1", "TASK_ABORTED", null, Body.NONE));
            assertThat(outcome).isNotDone();
            fixture.core.completeFailure(fixture.failures.get(0));
            assertThat(outcome.join().failure()).isNotNull();
        }

        @Test
        void d7AnAbortReachesTheRanksAndATaskThatIgnoresItFailsAfterTheGrace() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.execute("t1", MINUTE);
            fixture.core.cancelTask("enough", fixture.now, () -> {});
            Message.Abort abort = (Message.Abort) fixture.last(Kind.ABORT).message();
            assertThat(abort.task()).isEqualTo("t1");
            assertThat(fixture.last(Kind.ABORT).rank()).isEqualTo(CoreFixture.ALL);
            fixture.pass(fixture.limits.abortGrace().plusMillis(1), 0);
            assertThat(fixture.failures).extracting(RankFailure::code).containsExactly(ErrorCode.TASK_TIMEOUT);
        }

        @Test
        void anAbortedTaskThatEndsInTimeLeavesTheSessionRunning() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.execute("t1", MINUTE);
            boolean[] idle = new boolean[1];
            fixture.core.cancelTask("enough", fixture.now, () -> idle[0] = true);
            fixture.report(0, new Message.Result(3, "t1", "TASK_ABORTED", null, Body.NONE));
            assertThat(idle[0]).isTrue();
            fixture.pass(Duration.ofSeconds(5), 0);
            assertThat(fixture.failures).isEmpty();
            CompletableFuture<Pending.Outcome<Message.Result>> next = fixture.execute("t2", MINUTE);
            fixture.result(0, "t2", null);
            assertThat(next.join().failure()).isNull();
        }

        @Test
        void afterAFailureEveryLaterTaskFailsWithTheSameCause() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.core.fail(RankFailure.ofSession(ErrorCode.LOG_FAILED, "the disk is full"));
            assertThat(fixture.execute("t1", MINUTE).join().failure().message()).isEqualTo("the disk is full");
        }
    }

    @Nested
    class Loss {

        @Test
        void d1ADeadRankIsNamedWithItsSignalAndWhatItWasDoing() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.execute("t1", MINUTE);
            fixture.exit(1, 137, 9);
            fixture.pass(Duration.ofMillis(200), 0, 1);
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message())
                            .isEqualTo("rank 1 on host h1 (pid 101) ended with signal 9 (SIGKILL) during task train"));
            assertThat(fixture.state(1)).isEqualTo(RankInfo.State.LOST);
        }

        @Test
        void aRankWhoseConnectionIsGoneIsNamedWithWhatIsKnown() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.execute("t1", MINUTE);
            String why = "the connection to host h1 is lost: ssh (pid 7) ended with signal 9 (SIGKILL)";
            fixture.core.onExit(new GangListener.Exit(1, "h1", 101, null, null, why), fixture.now);
            fixture.pass(Duration.ofMillis(200), 0, 1);
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message())
                            .isEqualTo("rank 1 on host h1 (pid 101) was lost during task train: " + why));
        }

        @Test
        void aRankThatDidNotHearUsIsNamedWithThat() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.exit(0, 4, null);
            fixture.pass(Duration.ofMillis(200), 0);
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.cause())
                            .isEqualTo("exit code 4 (it did not hear its parent for a whole lease)"));
        }

        @Test
        void aRankThatDidNotHearUsIsNotBlamedWhileTheBrokerIsAway() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.reachable = 0;
            fixture.exit(0, 4, null);
            fixture.pass(Duration.ofSeconds(1), 0);
            assertThat(fixture.failures).isEmpty();
            fixture.reachable = 1;
            fixture.pass(Duration.ofMillis(200), 0);
            assertThat(fixture.failures).hasSize(1);
        }

        @Test
        void aRankThatExitsZeroTooEarlyIsLostToo() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.exit(0, 0, null);
            fixture.pass(Duration.ofMillis(200), 0);
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message())
                            .isEqualTo(
                                    "rank 0 on host h1 (pid 100) ended with exit code 0 before its session was over"));
        }

        @Test
        void theLastWordsOfARankThatHasEndedAreTheCause() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.exit(0, 1, null);
            fixture.report(0, new Message.Failed(1, WireError.of(ErrorCode.INTERNAL, "out of memory")));
            fixture.pass(Duration.ofMillis(200), 0);
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message())
                            .isEqualTo("rank 0 on host h1 (pid 100) failed outside any task: out of memory"));
        }

        @Test
        void aSilentRankIsLostAfterItsLease() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.pass(fixture.limits.lease().plusSeconds(1), 0);
            assertThat(fixture.failures).singleElement().satisfies(failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.RANK_SILENT);
                assertThat(failure.rank()).isEqualTo(1);
            });
        }

        @Test
        void ranksAreNotBlamedWhenTheParentItselfSlept() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.now += fixture.limits.lease().toNanos() * 3;
            fixture.core.onTick(fixture.now);
            assertThat(fixture.failures).isEmpty();
        }

        @Test
        void d2TheLauncherIsLookedAt() {
            CoreFixture fixture = new CoreFixture(2);
            fixture.core.onExit(new GangListener.Exit(GangListener.LAUNCHER, "h1", 77, 2, null), fixture.now);
            assertThat(fixture.failures)
                    .extracting(RankFailure::message)
                    .containsExactly(
                            "the launcher's command on host h1 (pid 77) ended with exit code 2 before its ranks were done");
        }

        @Test
        void onlyTheFirstFailureIsTold() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.exit(1, 1, null);
            fixture.exit(0, 1, null);
            fixture.pass(Duration.ofMillis(200), 0, 1);
            assertThat(fixture.failures).hasSize(1);
        }
    }

    @Nested
    class Streams {

        @Test
        void aRankThatAsksGetsTheMissingCommandsOnItsOwnChannel() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.core.post("a", CoreFixture.BODY, sent -> {});
            fixture.core.post("b", CoreFixture.BODY, sent -> {});
            fixture.sent.clear();
            fixture.unnumbered(1, new Message.Resend(StreamName.COMMANDS, 2));
            assertThat(fixture.all(Kind.HANDLE_EVENT)
                            .map(sent -> sent.envelope().seq()))
                    .containsExactly(2L, 3L);
            assertThat(fixture.all(Kind.HANDLE_EVENT)).allMatch(sent -> sent.rank() == 1);
        }

        @Test
        void heartbeatsCarryTheNewestCommandSoThatALostLastOneIsNoticed() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.core.post("a", CoreFixture.BODY, sent -> {});
            fixture.pass(fixture.limits.heartbeat(), 0);
            assertThat(((Message.ParentHeartbeat)
                                    fixture.last(Kind.PARENT_HEARTBEAT).message())
                            .newest())
                    .isEqualTo(2);
        }

        @Test
        void aCommandIsForgottenOnlyWhenEveryRankHasTakenIt() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.core.post("a", CoreFixture.BODY, sent -> {});
            fixture.unnumbered(0, new Message.Ack(StreamName.COMMANDS, 2));
            fixture.sent.clear();
            fixture.unnumbered(1, new Message.Resend(StreamName.COMMANDS, 2));
            assertThat(fixture.all(Kind.HANDLE_EVENT)).hasSize(1);
            fixture.unnumbered(1, new Message.Ack(StreamName.COMMANDS, 2));
            fixture.sent.clear();
            fixture.now += 1_000_000_000L;
            fixture.unnumbered(1, new Message.Resend(StreamName.COMMANDS, 2));
            assertThat(fixture.all(Kind.HANDLE_EVENT)).isEmpty();
        }

        @Test
        void aRankThatJoinsAgainIsProbedAgainAndLosesNothing() {
            CoreFixture fixture = CoreFixture.running(2);
            fixture.core.post("a", CoreFixture.BODY, sent -> {});
            fixture.sent.clear();
            fixture.join(1, 1);
            assertThat(((Message.Welcome) fixture.last(Kind.WELCOME).message()).newest())
                    .isEqualTo(2);
            fixture.echo(1);
            assertThat(fixture.state(1)).isEqualTo(RankInfo.State.READY);
            assertThat(fixture.failures).isEmpty();
        }

        @Test
        void aRepeatedReportIsAcknowledgedAndChangesNothing() {
            CoreFixture fixture = CoreFixture.running(1);
            CompletableFuture<Pending.Outcome<Message.Result>> outcome = fixture.execute("t1", MINUTE);
            fixture.reportWithSeq(0, 1, new Message.Result(2, "t1", "OK", null, Body.NONE));
            assertThat(outcome).isNotDone();
            assertThat(fixture.core.stats().repeats()).isEqualTo(1);
            assertThat(((Message.Ack) fixture.last(Kind.ACK).message()).upto()).isEqualTo(1);
        }

        @Test
        void aMissingReportIsAskedFor() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.unnumbered(0, new Message.RankHeartbeat(1, 2));
            assertThat(fixture.last(Kind.RESEND).message()).isEqualTo(new Message.Resend(StreamName.REPORTS, 2));
        }

        @Test
        void aFullLogMakesCommandsWaitInOrderUntilRanksHaveTakenSome() {
            CoreFixture fixture = CoreFixture.running(1);
            for (int i = 0; i < CommandLog.MAX_COMMANDS + 10; i++) {
                fixture.core.post("e" + i, CoreFixture.BODY, sent -> {});
            }
            assertThat(fixture.all(Kind.HANDLE_EVENT)).hasSize(CommandLog.MAX_COMMANDS);
            fixture.unnumbered(0, new Message.Ack(StreamName.COMMANDS, 6));
            assertThat(fixture.all(Kind.HANDLE_EVENT)).hasSize(CommandLog.MAX_COMMANDS + 5);
            Message.HandleEvent last =
                    (Message.HandleEvent) fixture.last(Kind.HANDLE_EVENT).message();
            assertThat(last.event()).isEqualTo("e" + (CommandLog.MAX_COMMANDS + 4));
        }
    }

    @Nested
    class Events {

        @Test
        void eventsAreTakenInOrderAndOnceAndAcknowledgedWhenHandled() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.eventWithSeq(0, 1, false);
            fixture.eventWithSeq(0, 3, false);
            fixture.eventWithSeq(0, 1, false);
            fixture.eventWithSeq(0, 2, false);
            fixture.eventWithSeq(0, 3, false);
            assertThat(fixture.firedEvents).containsExactly(1L, 2L, 3L);
            fixture.core.eventHandled(0, 3, 3, 0, null, null);
            assertThat(fixture.last(Kind.ACK).message()).isEqualTo(new Message.Ack(StreamName.EVENTS, 3));
        }

        @Test
        void theAnswerToAnEventIsGivenAgainWhenTheEventComesAgain() {
            CoreFixture fixture = CoreFixture.running(1);
            fixture.eventWithSeq(0, 1, true);
            fixture.core.eventHandled(0, 1, 1, 0, CoreFixture.BODY, null);
            fixture.sent.clear();
            fixture.eventWithSeq(0, 1, true);
            assertThat(((Message.EventReply) fixture.last(Kind.EVENT_REPLY).message()).eventSeq())
                    .isEqualTo(1);
            assertThat(fixture.firedEvents).containsExactly(1L);
        }

        @Test
        void moreThanTheWindowIsNotTakenAndComesAgainLater() {
            CoreFixture fixture = CoreFixture.running(1);
            int window = fixture.limits.eventWindow();
            for (int seq = 1; seq <= window + 5; seq++) {
                fixture.eventWithSeq(0, seq, false);
            }
            assertThat(fixture.firedEvents).hasSize(window);
            fixture.core.eventHandled(0, window, window, 0, null, null);
            fixture.eventWithSeq(0, window + 1, false);
            assertThat(fixture.firedEvents).hasSize(window + 1);
        }

        @Test
        void p7TheParentWaitsForRankZeroAndAMissingAnswerIsBoundedAndEndsNothing() {
            CoreFixture fixture = CoreFixture.running(2);
            CompletableFuture<Pending.Outcome<Message.EventHandled>> outcome = new CompletableFuture<>();
            BitSet rankZero = new BitSet();
            rankZero.set(0);
            fixture.core.relay("e", rankZero, CoreFixture.BODY, fixture.now, outcome::complete);
            fixture.report(1, new Message.EventHandled(2, 2, null, Body.NONE));
            assertThat(outcome).isNotDone();
            fixture.pass(fixture.limits.relayTimeout().plusMillis(1), 0, 1);
            assertThat(outcome.join().failure()).isNotNull();
            assertThat(fixture.failures).isEmpty();
        }
    }

    @Nested
    class Closing {

        @Test
        void closeEndsWhenEveryRankHasLeft() {
            CoreFixture fixture = CoreFixture.running(2);
            CompletableFuture<Pending.Outcome<Message.Leaving>> outcome = new CompletableFuture<>();
            fixture.core.close("done", fixture.now, outcome::complete);
            fixture.report(0, new Message.Leaving(2, "closed"));
            fixture.exit(0, 0, null);
            assertThat(outcome).isNotDone();
            fixture.report(1, new Message.Leaving(2, "closed"));
            assertThat(outcome.join().failure()).isNull();
            fixture.pass(Duration.ofSeconds(1));
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.core.infos()).extracting(RankInfo::exit).containsExactly("exit code 0", null);
        }

        @Test
        void closeEndsWithoutARankThatDiesMeanwhile() {
            CoreFixture fixture = CoreFixture.running(2);
            CompletableFuture<Pending.Outcome<Message.Leaving>> outcome = new CompletableFuture<>();
            fixture.core.close("done", fixture.now, outcome::complete);
            fixture.report(0, new Message.Leaving(2, "closed"));
            fixture.exit(1, 137, 9);
            fixture.pass(Duration.ofMillis(200), 0);
            assertThat(outcome.join().failure()).isNull();
        }

        @Test
        void closeEndsAtItsGraceWhenARankDoesNotLeave() {
            CoreFixture fixture = CoreFixture.running(1);
            CompletableFuture<Pending.Outcome<Message.Leaving>> outcome = new CompletableFuture<>();
            fixture.core.close("done", fixture.now, outcome::complete);
            fixture.pass(fixture.limits.closeGrace().plusMillis(1), 0);
            assertThat(outcome.join().failure()).isNotNull();
        }

        @Test
        void closeFailsWhatStillWaits() {
            CoreFixture fixture = CoreFixture.running(1);
            CompletableFuture<Pending.Outcome<Message.Result>> task = fixture.execute("t1", MINUTE);
            fixture.core.close("done", fixture.now, outcome -> {});
            assertThat(task.join().failure().code()).isEqualTo(ErrorCode.SESSION_CLOSED);
        }
    }

    @Test
    void everyMessageInEveryStateIsTakenOrCountedAndNeverThrows() {
        List<Message> messages = List.of(
                new Message.Join(1, 1, 1, 0, "h", 100, "java", "x"),
                new Message.Echo(3),
                new Message.RankHeartbeat(5, 9),
                new Message.Ack(StreamName.COMMANDS, 1L << 50),
                new Message.Resend(StreamName.COMMANDS, 1),
                new Message.Initialized(1, null, Body.NONE),
                new Message.Result(1, "t9", "OK", null, Body.NONE),
                new Message.EventHandled(1, 9, null, Body.NONE),
                new Message.Failed(1, WireError.of(ErrorCode.INTERNAL, "x")),
                new Message.Leaving(1, "x"),
                new Message.Event("e", true, CoreFixture.BODY),
                new Message.Mark(7));
        for (Message message : messages) {
            for (RankInfo.State state : RankInfo.State.values()) {
                CoreFixture fixture = inState(state);
                fixture.reportWithSeq(0, 2, message);
                if (message.kind() != Kind.JOIN) {
                    boolean absent = state == RankInfo.State.ABSENT;
                    boolean over = state == RankInfo.State.LEFT || state == RankInfo.State.LOST;
                    SessionStats stats = fixture.core.stats();
                    if (absent || over) {
                        assertThat(fixture.state(0))
                                .as("%s in %s", message, state)
                                .isEqualTo(state);
                        assertThat(List.of(stats.rejected(), stats.late()))
                                .as("rejected and late of %s in %s", message, state)
                                .containsExactly(absent ? 1L : 0L, over ? 1L : 0L);
                    }
                }
            }
        }
    }

    private static CoreFixture inState(RankInfo.State state) {
        CoreFixture fixture = state == RankInfo.State.ABSENT || state == RankInfo.State.JOINING
                ? new CoreFixture(1)
                : CoreFixture.running(1);
        switch (state) {
            case ABSENT, READY -> {}
            case JOINING -> fixture.join(0, 0);
            case LEFT -> {
                fixture.core.close("done", fixture.now, outcome -> {});
                fixture.report(0, new Message.Leaving(2, "closed"));
            }
            case LOST -> {
                fixture.exit(0, 1, null);
                fixture.pass(Duration.ofMillis(200));
            }
        }
        assertThat(fixture.state(0)).isEqualTo(state);
        return fixture;
    }
}
