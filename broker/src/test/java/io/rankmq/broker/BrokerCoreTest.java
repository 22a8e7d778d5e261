// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.broker.BrokerCore.Channel;
import io.rankmq.broker.BrokerCore.Sender;
import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.transport.MessageBounds;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BrokerCoreTest {

    private final BrokerCore core = new BrokerCore(new BrokerLimits(2, 3, MessageBounds.DEFAULT, Long.MAX_VALUE, 0, 0));
    private final SessionId first = new SessionId("first", 0);

    @Test
    void everyKeyGetsTheIdentityOfItsRank() {
        assertThat(core.register(registration("first", 4, Map.of(0, "k0", 2, "k2"))))
                .containsExactlyInAnyOrderEntriesOf(Map.of("k0", "first/4/0", "k2", "first/4/2"));
        assertThat(core.identityOf(new SessionId("first", 4), 2)).isEqualTo("first/4/2");
    }

    @Test
    void aMessageBelongsToTheSessionAndRankOfItsSender() {
        core.register(registration("first", 0, Map.of(0, "k0", 1, "k1")));
        core.register(registration("second", 0, Map.of(0, "k2")));
        assertThat(core.senderOf(Channel.CONTROL, "first/0/1")).isEqualTo(new Sender(first, 1));
        assertThat(core.senderOf(Channel.EVENTS, "second/0/0")).isEqualTo(new Sender(new SessionId("second", 0), 0));
        assertThat(core.trafficOf(first)).isEqualTo(new SessionTraffic(1, 0, 0, 0, 0));
        assertThat(core.trafficOf(new SessionId("second", 0))).isEqualTo(new SessionTraffic(0, 1, 0, 0, 0));
        assertThat(core.foreign()).isZero();
    }

    @Test
    void aSenderOfNoOpenSessionIsForeignAndCounted() {
        core.register(registration("first", 1, Map.of(0, "k0")));
        assertThat(core.senderOf(Channel.CONTROL, "first/0/0")).isNull();
        assertThat(core.senderOf(Channel.EVENTS, "first/1/1")).isNull();
        assertThat(core.senderOf(Channel.EVENTS, "")).isNull();
        core.unregister(new SessionId("first", 1));
        assertThat(core.senderOf(Channel.CONTROL, "first/1/0")).isNull();
        assertThat(core.foreign()).isEqualTo(4);
    }

    @Test
    void twoIncarnationsOfASessionAreApart() {
        core.register(registration("first", 0, Map.of(0, "k0")));
        core.register(registration("first", 1, Map.of(0, "k1")));
        core.unregister(first);
        assertThat(core.senderOf(Channel.CONTROL, "first/0/0")).isNull();
        assertThat(core.senderOf(Channel.CONTROL, "first/1/0")).isEqualTo(new Sender(new SessionId("first", 1), 0));
    }

    @Test
    void whatIsSentIsCounted() {
        core.register(registration("first", 0, Map.of(0, "k0")));
        core.broadcast(first, true);
        core.unicast(first, true);
        core.unicast(first, true);
        core.unicast(first, false);
        assertThat(core.trafficOf(first)).isEqualTo(new SessionTraffic(0, 0, 1, 2, 1));
    }

    @Test
    void aRankOrSessionThatIsNotThereCannotBeAddressed() {
        core.register(registration("first", 0, Map.of(0, "k0")));
        assertThatThrownBy(() -> core.identityOf(first, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("session first/0 has no rank 1");
        core.unregister(first);
        core.unregister(first);
        assertThatThrownBy(() -> core.identityOf(first, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("session first/0 is closed");
    }

    @Test
    void aSessionThatIsOpenOrBeyondTheLimitsIsRefused() {
        core.register(registration("first", 0, Map.of(0, "k0")));
        assertThatThrownBy(() -> core.register(registration("first", 0, Map.of(0, "k9"))))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("first/0 is open already");
        assertThatThrownBy(() -> core.register(registration("big", 0, Map.of(0, "a", 1, "b", 2, "c", 3, "d"))))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("has 4 ranks; this broker's limit is 3");
        core.register(registration("second", 0, Map.of(0, "k2")));
        assertThatThrownBy(() -> core.register(registration("third", 0, Map.of(0, "k3"))))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("2 sessions already");
        core.unregister(first);
        core.register(registration("third", 0, Map.of(0, "k3")));
    }

    @Test
    void whatIsNoSessionCannotBeRegistered() {
        assertThatThrownBy(() -> registration("Not a name", 0, Map.of(0, "k")))
                .hasMessageContaining("1 to 64 characters");
        assertThatThrownBy(() -> registration("a/b", 0, Map.of(0, "k"))).hasMessageContaining("1 to 64 characters");
        assertThatThrownBy(() -> registration("s", -1, Map.of(0, "k"))).hasMessageContaining("not negative");
        assertThatThrownBy(() -> registration("s", 0, Map.of())).hasMessageContaining("needs ranks");
        assertThatThrownBy(() -> registration("s", 0, Map.of(-1, "k"))).hasMessageContaining("needs ranks");
        assertThatThrownBy(() -> registration("s", 0, Map.of(0, "k", 1, "k"))).hasMessageContaining("the same key");
    }

    private static SessionRegistration registration(String session, int incarnation, Map<Integer, String> keys) {
        return new SessionRegistration(session, incarnation, new TreeMap<>(keys));
    }
}
