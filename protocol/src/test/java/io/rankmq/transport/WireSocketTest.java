// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.security.CurveKeyPair;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WireSocketTest {

    private final CurveKeyPair serverKeys = CurveKeyPair.generate();
    private final CurveKeyPair rankKeys = CurveKeyPair.generate();
    private final KeyRegistry registry = new KeyRegistry();
    private final Peer broker = new Peer("broker");
    private final Peer rank = new Peer("rank");
    private final Peer.Inbox atBroker = new Peer.Inbox();
    private final Peer.Inbox atRank = new Peer.Inbox();

    @BeforeEach
    void registerRank() {
        registry.register("s", Set.of("control", "events", "commands"), Map.of(rankKeys.publicKey(), "s/0/1"));
    }

    @AfterEach
    void closeAll() {
        rank.close();
        broker.close();
        assertThat(broker.fatal).isEmpty();
        assertThat(rank.fatal).isEmpty();
    }

    @Test
    void aDealerIsKnownToTheRouterByItsRegisteredIdentity() throws Exception {
        WireSocket router = bind(SocketRole.CONTROL_SERVER, "control");
        WireSocket dealer = connect(SocketRole.CONTROL_CLIENT, router);

        assertThat(rank.send(dealer, "join", "me")).isTrue();
        Incoming join = atBroker.next();
        assertThat(join.peer()).isEqualTo("s/0/1");
        assertThat(Peer.texts(join)).containsExactly("join", "me");

        assertThat(broker.sendTo(router, "s/0/1", "welcome", "", "you")).isTrue();
        assertThat(Peer.texts(atRank.next())).containsExactly("welcome", "", "you");
    }

    @Test
    void anEventCarriesTheIdentityOfItsSender() throws Exception {
        WireSocket pull = bind(SocketRole.EVENT_SERVER, "events");
        WireSocket push = connect(SocketRole.EVENT_CLIENT, pull);
        rank.send(push, "event");
        assertThat(atBroker.next().peer()).isEqualTo("s/0/1");
    }

    @Test
    void aCommandReachesTheSubscriber() throws Exception {
        WireSocket xpub = bind(SocketRole.COMMAND_SERVER, "commands");
        connect(SocketRole.COMMAND_CLIENT, xpub);
        Awaitility.await().until(() -> {
            broker.send(xpub, "header", "body");
            return atRank.poll(10) != null;
        });
    }

    @Test
    void sendingToAPeerThatIsNotThereIsReported() {
        WireSocket router = bind(SocketRole.CONTROL_SERVER, "control");
        assertThat(broker.sendTo(router, "s/0/9", "hello")).isFalse();
    }

    private WireSocket bind(SocketRole role, String domain) {
        ZapAuthenticator zap = broker.authenticator(registry);
        return broker.bind(role, new WireSocket.Bind("127.0.0.1", 0, domain, serverKeys), zap, atBroker);
    }

    private WireSocket connect(SocketRole role, WireSocket server) {
        return rank.connect(
                role, new WireSocket.Connect(server.endpoint(), serverKeys.publicKey(), rankKeys, "s/0/1"), atRank);
    }
}
