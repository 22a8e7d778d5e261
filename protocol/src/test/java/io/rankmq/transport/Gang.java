// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.security.CurveKeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A broker with the three ports of session {@code s} and the keys of its ranks, for tests of who may do what. */
final class Gang implements AutoCloseable {

    final CurveKeyPair serverKeys = CurveKeyPair.generate();
    final Map<Integer, CurveKeyPair> rankKeys = new HashMap<>();
    final KeyRegistry registry = new KeyRegistry();
    final Peer broker = new Peer("broker");
    final Peer.Inbox control = new Peer.Inbox();
    final Peer.Inbox events = new Peer.Inbox();
    final ZapAuthenticator zap = broker.authenticator(registry);
    final WireSocket router = bind(SocketRole.CONTROL_SERVER, "control", control);
    final WireSocket pull = bind(SocketRole.EVENT_SERVER, "events", events);
    final WireSocket xpub = bind(SocketRole.COMMAND_SERVER, "commands/s", message -> {});
    private final List<Peer> ranks = new ArrayList<>();

    Gang(int worldSize) {
        Map<String, String> identities = new HashMap<>();
        for (int rank = 0; rank < worldSize; rank++) {
            CurveKeyPair keys = CurveKeyPair.generate();
            rankKeys.put(rank, keys);
            identities.put(keys.publicKey(), "s/0/" + rank);
        }
        registry.register("s", Set.of("control", "events", "commands/s"), identities);
    }

    WireSocket bind(SocketRole role, String domain, MessageHandler handler) {
        return broker.bind(role, new WireSocket.Bind("127.0.0.1", 0, domain, serverKeys), zap, handler);
    }

    CurveKeyPair keys(int rank) {
        CurveKeyPair keys = rankKeys.get(rank);
        assertThat(keys).isNotNull();
        return keys;
    }

    /** A process with sockets of its own. */
    Peer peer(String name) {
        Peer peer = new Peer(name);
        ranks.add(peer);
        return peer;
    }

    WireSocket.Connect to(WireSocket server, CurveKeyPair keys, String identity) {
        return new WireSocket.Connect(server.endpoint(), serverKeys.publicKey(), keys, identity);
    }

    long dropped(WireSocket socket) {
        return broker.loop.call(socket::dropped, Peer.DEADLINE);
    }

    /** An honest rank talks to the broker and is answered: so nothing that happened before has disturbed the session. */
    void assertUndisturbed() throws InterruptedException {
        Peer.Inbox inbox = new Peer.Inbox();
        Peer honest = peer("honest");
        WireSocket dealer = honest.connect(SocketRole.CONTROL_CLIENT, to(router, keys(0), "s/0/0"), inbox);
        WireSocket push = honest.connect(SocketRole.EVENT_CLIENT, to(pull, keys(0), "s/0/0"), inbox);
        honest.send(dealer, "still there?");
        Incoming question = control.next();
        while (!Peer.texts(question).equals(List.of("still there?"))) {
            question = control.next();
        }
        assertThat(question.peer()).isEqualTo("s/0/0");
        assertThat(broker.sendTo(router, "s/0/0", "yes")).isTrue();
        assertThat(Peer.texts(inbox.next())).containsExactly("yes");
        honest.send(push, "an event");
        Incoming event = events.next();
        while (!Peer.texts(event).equals(List.of("an event"))) {
            event = events.next();
        }
        assertThat(event.peer()).isEqualTo("s/0/0");
        assertThat(broker.fatal).isEmpty();
    }

    @Override
    public void close() {
        ranks.forEach(Peer::close);
        broker.close();
        assertThat(broker.fatal).isEmpty();
    }
}
