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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a core decides that has predecessors, and one that will have successors. */
class CoreIncarnationTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void everyMessageOfAnEarlierIncarnationIsCountedAndChangesNothing() {
        CoreFixture fixture = new CoreFixture(2, SessionLimits.DEFAULT, 1).run();
        CompletableFuture<Pending.Outcome<Message.Result>> task = fixture.execute("t1", MINUTE);
        fixture.sent.clear();
        List<RankInfo> before = fixture.core.infos();
        WireError error = WireError.of(ErrorCode.INTERNAL, "of the first incarnation");
        List<Message> old = List.of(
                new Message.Echo(7),
                new Message.RankHeartbeat(5, 9),
                new Message.Ack(StreamName.COMMANDS, 5),
                new Message.Resend(StreamName.COMMANDS, 1),
                new Message.Initialized(1, error, Body.NONE),
                new Message.Result(2, "t1", "OK", null, Body.NONE),
                new Message.EventHandled(2, 2, error, Body.NONE),
                new Message.Failed(2, error),
                new Message.Leaving(2, "gone"),
                new Message.Event("e", true, CoreFixture.BODY),
                new Message.Mark(9));
        for (int rank = 0; rank < 2; rank++) {
            for (Message message : old) {
                long seq = message.kind().stream() == null ? Envelope.UNNUMBERED : 2;
                fixture.core.onMessage(rank, new Envelope(CoreFixture.SESSION, 0, rank, seq), message, fixture.now);
            }
        }
        assertThat(fixture.core.stats().rejected()).isEqualTo(2L * old.size());
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.failures).isEmpty();
        assertThat(fixture.firedEvents).isEmpty();
        assertThat(fixture.core.infos()).isEqualTo(before);
        assertThat(task).isNotDone();
    }

    @Test
    void aJoinOfAnEarlierIncarnationIsRefused() {
        CoreFixture fixture = new CoreFixture(2, SessionLimits.DEFAULT, 1).run();
        Message join = new Message.Join(1, 1, 2, 0, "h1", 100, "java", "x");
        fixture.core.onMessage(0, new Envelope(CoreFixture.SESSION, 0, 0, Envelope.UNNUMBERED), join, fixture.now);
        assertThat(((Message.Refuse) fixture.last(Kind.REFUSE).message())
                        .error()
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(fixture.state(0)).isEqualTo(RankInfo.State.READY);
    }

    @Test
    void whatComesBehindAFarewellIsLateAndNotRejected() {
        CoreFixture fixture = new CoreFixture(1).run();
        fixture.core.close("done", fixture.now, left -> {});
        fixture.report(0, new Message.Leaving(2, "closed"));
        fixture.unnumbered(0, new Message.RankHeartbeat(2, 2));
        assertThat(fixture.state(0)).isEqualTo(RankInfo.State.LEFT);
        assertThat(fixture.core.stats().late()).isEqualTo(1);
        assertThat(fixture.core.stats().rejected()).isZero();
    }

    @Test
    void theHostOfALostRankIsNamedAsItsLauncherCallsIt() {
        CoreFixture fixture = new CoreFixture(2);
        fixture.core.onStarted(0, "alias-a", 100);
        fixture.core.onStarted(1, "alias-b", 101);
        fixture.run();
        fixture.exit(1, null, 9);
        fixture.pass(Duration.ofMillis(200), 0);
        assertThat(fixture.failures).hasSize(1);
        assertThat(fixture.core.lostHosts()).containsExactly("alias-b");
    }

    @Test
    void theHostsOfRanksThatNeverJoinedAreLostOnlyIfThatWasTheFailure() {
        CoreFixture fixture = new CoreFixture(2);
        fixture.core.onStarted(0, "a", 100);
        fixture.core.onStarted(1, "b", 101);
        fixture.exit(0, 1, null);
        fixture.pass(Duration.ofMillis(200));
        assertThat(fixture.core.lostHosts()).containsExactly("a");

        CoreFixture late = new CoreFixture(2);
        late.core.onStarted(0, "a", 100);
        late.core.onStarted(1, "b", 101);
        late.joinAndEcho(0);
        late.pass(late.limits.joinTimeout().plusMillis(1), 0);
        assertThat(late.core.lostHosts()).containsExactly("b");
    }

    @Test
    void aLauncherThatEndsWithItsRanksIsALossAndOneThatStartedNoneAFailedLaunch() {
        GangListener.Exit exit = new GangListener.Exit(GangListener.LAUNCHER, "h1", 5, 1, null);
        CoreFixture before = new CoreFixture(1);
        before.core.onExit(exit, before.now);
        assertThat(before.failures.get(0).code()).isEqualTo(ErrorCode.LAUNCH_FAILED);

        CoreFixture after = new CoreFixture(1).run();
        after.core.onExit(exit, after.now);
        assertThat(after.failures.get(0).code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(after.failures.get(0).code().retriable()).isTrue();
    }

    @Test
    void anEventThatIsPostedWhileRanksAreStartedIsRefusedWithItsReason() {
        CoreFixture fixture = new CoreFixture(1);
        CompletableFuture<String> sent = new CompletableFuture<>();
        fixture.core.post(
                "e", CoreFixture.BODY, why -> sent.complete(why.orElseThrow().message()));
        assertThat(sent).isCompletedWithValue("the ranks of session s-test are only being started");
    }
}
