// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import static io.rankmq.broker.LinkFixture.ALICE;
import static io.rankmq.broker.LinkFixture.ALICES;
import static io.rankmq.broker.LinkFixture.BOB;
import static io.rankmq.broker.LinkFixture.BOBS;
import static io.rankmq.broker.LinkFixture.SECOND;
import static io.rankmq.broker.LinkFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LinkCoreTest {
    private static final SessionId MINE = new SessionId("mine", 0);

    private LinkFixture link = new LinkFixture();

    private LinkMessage.Opened opened(String parent, int connection, LinkMessage.Open open) {
        link.say(parent, connection, open);
        return link.answers(parent, connection, LinkMessage.Opened.class).get(0);
    }

    private LinkMessage.Refused refused(String parent, int connection, LinkMessage.Open open) {
        link.say(parent, connection, open);
        return link.answers(parent, connection, LinkMessage.Refused.class).get(0);
    }

    @Test
    void aSessionIsOpenedOnceHoweverOftenItIsAskedFor() {
        link.ping(ALICE, 1);
        assertThat(link.answers(ALICE, 1, LinkMessage.Pong.class)).containsExactly(new LinkMessage.Pong("boot"));
        LinkMessage.Opened first = opened(ALICE, 1, open("mine"));
        assertThat(first.commands()).isEqualTo("tcp://127.0.0.1:20001");
        assertThat(opened(ALICE, 1, open("mine"))).isEqualTo(first);
        assertThat(link.told).containsExactlyInAnyOrder("admit alice", "admit bob", "opened mine/0");
    }

    @Test
    void whoHasNotSaidWhoItIsGetsNothing() {
        link.say(ALICE, 1, open("mine"));
        link.say("*parent/nobody", 1, open("mine"));
        assertThat(link.sent).isEmpty();
        assertThat(link.ports).isEmpty();
        assertThat(link.core.refused()).isEqualTo(2);
    }

    @Test
    void aParentReachesItsOwnRanksOnly() {
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        opened(ALICE, 1, open("mine"));
        link.say(ALICE, 1, new LinkMessage.ToRank("mine", 0, 1));
        link.core.onBroadcast(ALICE, new LinkMessage.ToAll("mine", 0), List.of(ByteBuffer.allocate(1)));

        link.say(BOB, 1, new LinkMessage.ToRank("mine", 0, 1));
        link.say(BOB, 1, new LinkMessage.CloseSession("mine", 0));
        link.core.onBroadcast(BOB, new LinkMessage.ToAll("mine", 0), List.of(ByteBuffer.allocate(1)));
        link.say(ALICE, 1, new LinkMessage.ToRank("mine", 0, 2));
        link.say(ALICE, 1, new LinkMessage.ToRank("mine", 1, 1));

        assertThat(link.ports.get(MINE).unicasts).containsExactly(1);
        assertThat(link.ports.get(MINE).broadcasts).hasSize(1);
        assertThat(link.ports.get(MINE).closed).isFalse();
        assertThat(link.answers(BOB, 1, LinkMessage.Unknown.class)).hasSize(1);
        assertThat(link.told)
                .contains(
                        "refused bob: a message to a rank of mine/0, which it has not open",
                        "refused bob: a broadcast to mine/0, which it has not open",
                        "refused alice: a message to rank 2 of mine/0, which is none");
        assertThat(link.core.refused()).isEqualTo(4);
    }

    @Test
    void aTakenNameIsRefusedAndSoAreOtherKeysForIt() {
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        opened(ALICE, 1, open("mine"));
        assertThat(refused(BOB, 1, open("mine")).error().message())
                .isEqualTo("the name of session mine/0 is taken; choose another");
        TreeMap<Integer, String> others = new TreeMap<>(Map.of(0, "m".repeat(40)));
        assertThat(refused(ALICE, 1, new LinkMessage.Open(1, 1, "mine", 0, 0, "", others, null))
                        .error()
                        .message())
                .isEqualTo("session mine/0 is open with other keys");
    }

    @Test
    void whatIsBeyondTheLimitsIsRefused() {
        link.ping(ALICE, 1);
        opened(ALICE, 1, open("a"));
        opened(ALICE, 1, open("b"));
        assertThat(refused(ALICE, 1, open("c")).error().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        link.ping(BOB, 1);
        TreeMap<Integer, String> many = new TreeMap<>();
        for (int rank = 0; rank < 4; rank++) {
            many.put(rank, ("" + rank).repeat(40));
        }
        assertThat(refused(BOB, 1, new LinkMessage.Open(1, 1, "d", 0, 0, "", many, null))
                        .error()
                        .message())
                .isEqualTo("a session may have 3 ranks at this broker, not 4");
        many.keySet().removeIf(rank -> rank > 0);
        many.put(0, "no key");
        assertThat(refused(BOB, 1, new LinkMessage.Open(1, 1, "d", 0, 0, "", many, null))
                        .error()
                        .code())
                .isEqualTo(ErrorCode.INVALID_VALUE);
        assertThat(refused(BOB, 1, new LinkMessage.Open(2, 3, "d", 0, 0, "", many, null))
                        .error()
                        .code())
                .isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
    }

    @Test
    void aParentCannotHaveProcessesWithoutEnd() {
        for (int i = 0; i < 1000; i++) {
            link.ping(ALICE, i);
            link.say(ALICE, 0, new LinkMessage.Ping("another name " + i));
        }
        assertThat(link.sent)
                .filteredOn(one -> one.message() instanceof LinkMessage.Pong)
                .hasSize(LinkFixture.LIMITS.processesPerParent());
        assertThat(link.told).contains("refused alice: a connection with two names");
    }

    @Test
    void whoSaysNothingIsForgottenWithItsSessions() {
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        opened(ALICE, 1, open("mine"));
        link.now = 6 * SECOND;
        link.core.onTick(link.now);
        assertThat(link.core.parents())
                .allMatch(parent -> parent.clients.size() == (parent.name().equals("bob") ? 0 : 1));
        link.now = 31 * SECOND;
        link.core.onTick(link.now);
        assertThat(link.ports.get(MINE).closed).isTrue();
        assertThat(link.core.expired()).isOne();
        assertThat(link.core.parents()).allMatch(parent -> parent.clients.isEmpty());
        assertThat(link.told).contains("closed mine/0 parent silent");
    }

    @Test
    void aWithdrawnKeyEndsItsSessionsAndNoOthers() {
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        opened(ALICE, 1, open("mine"));
        opened(BOB, 1, open("other"));
        link.core.allow(Map.of(BOB, BOBS));
        assertThat(link.answers(ALICE, 1, LinkMessage.Refused.class)).hasSize(1);
        assertThat(link.ports.get(MINE).closed).isTrue();
        assertThat(link.ports.get(new SessionId("other", 0)).closed).isFalse();
        assertThat(link.told).contains("withdraw alice 1");
        link.ping(ALICE, 1);
        assertThat(link.sent).noneMatch(one -> one.peer().startsWith(ALICE));
    }

    // ---- restarts ----

    @Test
    void afterARestartWhoHadASessionGetsItBackAndNobodyElseTakesItMeanwhile() {
        link.ping(ALICE, 1);
        LinkMessage.Opened before = opened(ALICE, 1, open("mine"));

        link = new LinkFixture(LinkFixture.LIMITS, 2 * SECOND);
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        link.say(BOB, 1, open("mine"));
        assertThat(link.answers(BOB, 1, LinkMessage.Opened.class)).isEmpty();
        assertThat(refused(BOB, 1, open("mine", 20_001, before.ticket()))
                        .error()
                        .message())
                .isEqualTo("this broker never gave port 20001 to session mine/0");
        assertThat(refused(ALICE, 1, open("mine", 20_002, before.ticket()))
                        .error()
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(opened(ALICE, 1, open("mine", 20_001, before.ticket()))).isEqualTo(before);

        link.now = 2 * SECOND;
        assertThat(refused(BOB, 1, open("mine")).error().message()).contains("is taken");
        opened(BOB, 1, open("new"));
    }

    @Test
    void aProcessThatComesBackOnAnotherConnectionKeepsItsSessions() {
        link.ping(ALICE, 1);
        opened(ALICE, 1, open("mine"));
        link.say(ALICE, 2, new LinkMessage.Ping(ALICE + 1));
        link.sent.clear();
        link.fromRank("mine", 10);
        assertThat(link.answers(ALICE, 2, LinkMessage.FromRank.class)).hasSize(1);
        link.say(ALICE, 1, new LinkMessage.CloseSession("mine", 0));
        assertThat(link.ports.get(MINE).closed).isFalse();
        link.say(ALICE, 2, new LinkMessage.CloseSession("mine", 0));
        assertThat(link.ports.get(MINE).closed).isTrue();
    }

    // ---- what is on its way ----

    private LinkFixture bounded() {
        LinkLimits usual = LinkFixture.LIMITS;
        link = new LinkFixture(new LinkLimits(8, 3, 8_000_000, 12_000_000, usual.parentLease()), 0);
        link.ping(ALICE, 1);
        link.ping(ALICE, 2);
        link.ping(BOB, 1);
        opened(ALICE, 1, open("mine"));
        opened(ALICE, 2, open("hers"));
        opened(BOB, 1, open("his"));
        return link;
    }

    private int passed(String session, int messages) {
        int before = link.sent.size();
        for (int i = 0; i < messages; i++) {
            link.fromRank(session, 100_000);
        }
        return (int) link.sent.subList(before, link.sent.size()).stream()
                .filter(one -> one.message() instanceof LinkMessage.FromRank)
                .count();
    }

    @Test
    void whoDoesNotReadGetsHalfOfWhatIsFreeAndTheOthersTheirs() {
        bounded();
        assertThat(passed("mine", 1000)).isBetween(35, 40);
        assertThat(passed("hers", 1000)).isBetween(15, 20);
        assertThat(passed("his", 1000)).isBetween(25, 35);
        assertThat(link.core.underwayBytes()).isBetween(8_000_000L, 12_000_000L);
        assertThat(link.told).contains("refused alice: a message of a rank of mine/0: its parent does not take it");
    }

    @Test
    void whatWasReadMakesRoomAndOnlyTheMarksProveIt() {
        bounded();
        link.sent.clear();
        int first = passed("mine", 1000);
        List<LinkMessage.Mark> marks = link.answers(ALICE, 1, LinkMessage.Mark.class);
        assertThat(marks).hasSize(first);
        link.say(ALICE, 1, new LinkMessage.Taken(7));
        assertThat(passed("mine", 10)).isZero();
        link.say(ALICE, 1, new LinkMessage.Taken(marks.get(first - 1).mark()));
        assertThat(passed("mine", 1000)).isEqualTo(first);
        link.say(ALICE, 1, new LinkMessage.Taken(marks.get(0).mark()));
        assertThat(link.told)
                .filteredOn("refused alice: a mark that it was not given"::equals)
                .hasSize(2);
    }

    @Test
    void aMessageBeyondTheLimitPassesAlone() {
        bounded();
        link.ping(BOB, 1);
        LinkMessage.Mark mark = link.answers(BOB, 1, LinkMessage.Mark.class).get(0);
        link.say(BOB, 1, new LinkMessage.Taken(mark.mark()));
        link.sent.clear();
        link.fromRank("his", 9_000_000);
        assertThat(link.answers(BOB, 1, LinkMessage.FromRank.class)).hasSize(1);
        link.fromRank("his", 10);
        assertThat(link.answers(BOB, 1, LinkMessage.FromRank.class)).isEmpty();
    }

    @Test
    void whoGoesLeavesNothingOnItsWay() {
        bounded();
        passed("mine", 1000);
        link.core.allow(Map.of(BOB, BOBS));
        passed("his", 10);
        link.say(BOB, 2, new LinkMessage.Ping(BOB + 1));
        link.now = 60 * SECOND;
        link.core.onTick(link.now);
        assertThat(link.core.underwayBytes()).isZero();
    }

    @Test
    void answersAreBoundedLikeMessages() {
        bounded();
        for (int i = 0; i < 100_000; i++) {
            link.say(BOB, 1, new LinkMessage.AskStatus());
        }
        assertThat(link.core.underwayBytes()).isLessThan(12_000_000);
        assertThat(link.told).contains("refused bob: an answer, which it does not take");
    }

    // ---- status ----

    private void rankSays(int rank, long seq, Message message) {
        link.core.fromRank(
                MINE, rank, false, MessageCodec.encode(new Envelope("mine", 0, rank, seq), message), link.now);
    }

    private JsonNode status(String parent) throws Exception {
        link.say(parent, 1, new LinkMessage.AskStatus());
        return new ObjectMapper()
                .readTree(
                        link.answers(parent, 1, LinkMessage.Status.class).get(0).json());
    }

    @Test
    void theStatusTellsStateAndLagOfEachRank() throws Exception {
        link.ping(ALICE, 1);
        opened(ALICE, 1, open("mine"));
        rankSays(0, Envelope.UNNUMBERED, new Message.Join(1, 1, 2, 0, "host", 1, "java", "17"));
        JsonNode ranks = status(ALICE).at("/parents/0/sessions/0/ranks");
        assertThat(ranks.at("/0/state").asText()).isEqualTo("joining");
        assertThat(ranks.at("/1").toString()).isEqualTo("{\"rank\":1,\"state\":\"absent\"}");

        link.core.onBroadcast(
                ALICE,
                new LinkMessage.ToAll("mine", 0),
                MessageCodec.encode(new Envelope("mine", 0, Envelope.PARENT, 0), new Message.ParentHeartbeat(9)));
        rankSays(0, Envelope.UNNUMBERED, new Message.RankHeartbeat(7, 1));
        rankSays(1, 1, new Message.Leaving(9, "closed"));
        ranks = status(ALICE).at("/parents/0/sessions/0/ranks");
        assertThat(ranks.at("/0").toString())
                .isEqualTo("{\"rank\":0,\"state\":\"connected\",\"silent_millis\":0,\"lag\":2}");
        assertThat(ranks.at("/1/state").asText()).isEqualTo("left");
        assertThat(ranks.at("/1/lag").asInt()).isZero();

        link.now = 4 * SECOND;
        assertThat(status(ALICE).at("/parents/0/sessions/0/ranks/0/state").asText())
                .isEqualTo("silent");
    }

    @Test
    void aParentSeesItselfAndAnOperatorAll() throws Exception {
        link.ping(ALICE, 1);
        link.ping(BOB, 1);
        opened(BOB, 1, open("secret"));
        JsonNode own = status(ALICE);
        assertThat(own.findValuesAsText("name")).containsExactly("alice");
        assertThat(own.toString()).doesNotContain("secret", "refused_handshakes");
        JsonNode all = status(BOB);
        assertThat(all.findValuesAsText("name")).containsExactlyInAnyOrder("alice", "bob");
        assertThat(all.path("refused_handshakes").asInt()).isEqualTo(3);
        assertThat(ALICES.operator()).isFalse();
    }
}
