// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static io.rankmq.worker.CoreBench.WELCOME;
import static io.rankmq.worker.CoreBench.only;
import static io.rankmq.worker.CoreBench.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinTest {

    @Test
    void joinIsSentAtOnceAndEvery500Milliseconds() {
        CoreBench bench = new CoreBench();
        assertThat(sent(bench.advance(0))).containsExactly(new Message.Join(1, 1, 4, 0, "host", 77, "java", "Java 17"));
        assertThat(sent(bench.advance(499))).isEmpty();
        assertThat(sent(bench.advance(1)))
                .hasOnlyElementsOfType(Message.Join.class)
                .hasSize(1);
    }

    @Test
    void withoutAnAnswerTheSocketsAreRebuiltAfterThreeSeconds() {
        CoreBench bench = new CoreBench();
        assertThat(only(RankAction.RebuildSockets.class, bench.advance(2999))).isEmpty();
        List<RankAction> atThree = bench.advance(1);
        assertThat(atThree.get(0)).isInstanceOf(RankAction.RebuildSockets.class);
        assertThat(sent(atThree)).hasOnlyElementsOfType(Message.Join.class).hasSize(1);
        assertThat(only(RankAction.RebuildSockets.class, bench.advance(9000))).hasSize(3);
        assertThat(bench.core.counters().rebuilds()).isEqualTo(4);
    }

    @Test
    void withoutAWelcomeTheRankEndsAfterSixtySecondsWithExitCode3() {
        CoreBench bench = new CoreBench();
        assertThat(only(RankAction.End.class, bench.advance(59_999))).isEmpty();
        assertThat(only(RankAction.End.class, bench.advance(1)))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isEqualTo(3))
                .satisfies(end -> assertThat(end.reason()).contains("did not answer for 60 s"));
    }

    @Test
    void aWelcomeEndsTheJoiningAndOpensTheEventWindow() {
        CoreBench bench = new CoreBench();
        bench.advance(0);
        assertThat(bench.direct(WELCOME)).containsExactly(new RankAction.EventRoom(CoreBench.WINDOW));
        assertThat(bench.core.state()).isInstanceOf(RankState.Active.class);
        assertThat(only(Message.Join.class, sent(bench.advance(4000, bench::heartbeat))))
                .isEmpty();
    }

    @Test
    void aSecondWelcomeChangesNothing() {
        CoreBench bench = CoreBench.joined();
        assertThat(bench.direct(WELCOME)).isEmpty();
    }

    @Test
    void aRefusalEndsTheRankWithExitCode3AndItsReason() {
        CoreBench bench = new CoreBench();
        WireError error = WireError.of(ErrorCode.BAD_WORLD_SIZE, "four, not five");
        assertThat(bench.direct(new Message.Refuse(error)))
                .containsExactly(new RankAction.End(3, "the parent refused this rank: four, not five"));
    }

    @Test
    void aVersionThatThisRankDoesNotSpeakEndsIt() {
        CoreBench bench = new CoreBench();
        assertThat(only(RankAction.End.class, bench.direct(new Message.Welcome(2, 4, 0, 500, 10_000, 3))))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isEqualTo(3));
    }

    @Test
    void aProbeIsEchoedAtOnce() {
        assertThat(sent(CoreBench.joined().broadcast(new Message.Probe(42)))).containsExactly(new Message.Echo(42));
    }

    @Test
    void aProbeThatOvertakesTheWelcomeIsEchoedWithIt() {
        CoreBench bench = new CoreBench();
        assertThat(bench.broadcast(new Message.Probe(1))).isEmpty();
        assertThat(bench.broadcast(new Message.Probe(2))).isEmpty();
        assertThat(sent(bench.direct(WELCOME))).containsExactly(new Message.Echo(2));
    }

    @Test
    void aProbeThatDidNotComeOverTheSubscriptionProvesNothing() {
        CoreBench bench = CoreBench.joined();
        assertThat(bench.direct(new Message.Probe(42))).isEmpty();
        assertThat(bench.core.counters().unexpected()).isEqualTo(1);
    }

    @Test
    void messagesOfAnotherSessionOrIncarnationAreDroppedAndCounted() {
        CoreBench bench = new CoreBench();
        for (Envelope foreign : List.of(
                new Envelope("s-2", CoreBench.INCARNATION, Envelope.PARENT, 0),
                new Envelope(CoreBench.SESSION, CoreBench.INCARNATION + 1, Envelope.PARENT, 0))) {
            assertThat(bench.core.onMessage(Channel.DIRECT, new Decoded(foreign, WELCOME), bench.now()))
                    .isEmpty();
        }
        assertThat(bench.core.counters().foreign()).isEqualTo(2);
        assertThat(bench.core.state()).isInstanceOf(RankState.Joining.class);
    }

    @Test
    void theWelcomeOfARankThatJoinsLateMarksWhatItLacks() {
        CoreBench bench = new CoreBench();
        assertThat(sent(bench.direct(new Message.Welcome(1, 4, 7, 500, 10_000, 3))))
                .containsExactly(new Message.Resend(StreamName.COMMANDS, 1));
    }

    @Test
    void silenceOfTheSubscriptionForHalfALeaseRebuildsTheSocketsAndJoinsAgainWithWhatIsApplied() {
        CoreBench bench = CoreBench.initialised();
        // The parent still speaks over the other connection.
        List<RankAction> quiet = bench.advance(4999, () -> bench.direct(CoreBench.ackReports(1)));
        assertThat(only(RankAction.RebuildSockets.class, quiet)).isEmpty();
        List<RankAction> atHalf = bench.advance(1);
        assertThat(only(RankAction.RebuildSockets.class, atHalf)).hasSize(1);
        assertThat(only(Message.Join.class, sent(atHalf)))
                .singleElement()
                .satisfies(join -> assertThat(join.applied()).isEqualTo(1));
        // Welcomed again, it says how far its streams go, and works on.
        assertThat(sent(bench.direct(new Message.Welcome(1, 4, 1, 500, 10_000, 3))))
                .containsExactly(new Message.RankHeartbeat(1, 1));
        assertThat(CoreBench.started(bench.command(2, CoreBench.execute("a")))).containsExactly("T:a");
        assertThat(only(RankAction.RebuildSockets.class, bench.advance(4999))).isEmpty();
        assertThat(only(RankAction.RebuildSockets.class, bench.advance(1))).hasSize(1);
    }

    @Test
    void aRefusalOfTheSecondJoinEndsTheRank() {
        CoreBench bench = CoreBench.initialised();
        bench.advance(5000);
        assertThat(only(
                        RankAction.End.class,
                        bench.direct(new Message.Refuse(WireError.of(ErrorCode.SESSION_CLOSED, "over")))))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isEqualTo(3));
    }

    @Test
    void aParentThatIsSilentForALeaseEndsTheRankWithExitCode4() {
        CoreBench bench = CoreBench.initialised();
        List<RankAction> before = bench.advance(9999);
        assertThat(only(RankAction.End.class, before)).isEmpty();
        // It tried to come back: after 5 s, and 3 s later again.
        assertThat(only(RankAction.RebuildSockets.class, before)).hasSize(2);
        assertThat(only(RankAction.End.class, bench.advance(1)))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isEqualTo(4));
        assertThat(bench.core.nextDeadline()).isEqualTo(Timing.NEVER);
    }

    @Test
    void anyMessageOfTheParentRenewsTheLease() {
        CoreBench bench = CoreBench.initialised();
        List<RankAction> actions = bench.advance(60_000, () -> bench.direct(CoreBench.ackReports(1)));
        assertThat(only(RankAction.End.class, actions)).isEmpty();
    }
}
