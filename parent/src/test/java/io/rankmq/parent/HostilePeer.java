// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sockets with any key on any port of a broker, and what came over them. */
final class HostilePeer implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final ByteBuffer PAYLOAD = ByteBuffer.wrap(new byte[] {(byte) 0x80});

    /** Everything that came, on whatever socket. */
    final BlockingQueue<List<ByteBuffer>> heard = new LinkedBlockingQueue<>();

    private final BrokerProcess broker;
    private final EventLoop loop = EventLoop.start("hostile", Ticker.system(), cause -> {});

    HostilePeer(BrokerProcess broker) {
        this.broker = broker;
    }

    WireSocket connect(SocketRole role, int port, CurveKeyPair keys, String identity) {
        WireSocket.Connect where =
                new WireSocket.Connect("tcp://127.0.0.1:" + port, broker.publicKey(), keys, identity);
        return loop.call(
                () -> WireSocket.connect(
                        loop, role, where, MessageBounds.DEFAULT, message -> heard.add(message.frames())),
                DEADLINE);
    }

    /** A connection to the parents' port that has said who it is. */
    WireSocket link(CurveKeyPair keys, String client) throws InterruptedException {
        WireSocket link = connect(SocketRole.LINK_CLIENT, broker.port(), keys, "");
        send(link, new LinkMessage.Ping(client));
        await(LinkMessage.Pong.class);
        return link;
    }

    void send(WireSocket socket, LinkMessage message) {
        send(socket, List.of(LinkCodec.encode(message), PAYLOAD));
    }

    void send(WireSocket socket, List<ByteBuffer> frames) {
        loop.call(() -> socket.send(frames), DEADLINE);
    }

    /** The next message of that kind; others are thrown away. */
    <T extends LinkMessage> T await(Class<T> kind) throws InterruptedException {
        while (true) {
            List<ByteBuffer> frames = heard.poll(20, TimeUnit.SECONDS);
            if (frames == null) {
                throw new AssertionError("no " + kind.getSimpleName());
            }
            try {
                LinkMessage message = LinkCodec.decode(frames.get(0));
                if (kind.isInstance(message)) {
                    return kind.cast(message);
                }
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
