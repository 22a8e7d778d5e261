// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import io.rankmq.stream.InboundSequence;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Ranks without processes: all of them in one loop of this JVM, over real sockets with CURVE. They join, answer every command at once, and take
 * commands in order; what they do not is resend. For tests of many sessions, where a process a rank would be too slow.
 */
final class LightGang implements Launcher, Gang {
    private final List<LightRank> ranks = new ArrayList<>();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private EventLoop loop;
    private LaunchRequest request;

    /** What a rank has sent on DEALER. */
    record Sent(int rank, Message message, List<ByteBuffer> frames) {}

    static Launcher launcher() {
        return (request, listener) -> new LightGang().launch(request, listener);
    }

    /** What it was launched with. */
    LaunchRequest request() {
        return request;
    }

    /** Sends frames as they are, from a rank with a good key. */
    void sendRaw(int rank, boolean onEvents, List<ByteBuffer> frames) {
        loop.execute(() -> (onEvents ? ranks.get(rank).events : ranks.get(rank).control).send(frames));
    }

    /** Everything that the ranks have sent so far. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Has a rank say that it cannot go on. */
    void fail(int rank, WireError why) {
        loop.execute(() -> {
            LightRank failing = ranks.get(rank);
            failing.send(++failing.reports, new Message.Failed(0, why));
        });
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) {
        this.request = request;
        loop = EventLoop.start("light-ranks", Ticker.system(), cause -> {});
        loop.execute(() -> {
            for (int rank = 0; rank < request.worldSize(); rank++) {
                ranks.add(new LightRank(request, rank));
            }
        });
        return this;
    }

    @Override
    public void joined(int rank, String host, long pid) {}

    @Override
    public List<String> lastLines(int rank, int count) {
        return List.of();
    }

    @Override
    public void terminate() {}

    @Override
    public void kill() {}

    @Override
    public boolean awaitEnd(Duration atMost) {
        return true;
    }

    @Override
    public void close() {
        loop.close();
    }

    private final class LightRank {
        private final LaunchRequest request;
        private final int rank;
        private final InboundSequence commands = new InboundSequence();
        private final WireSocket control;
        private final WireSocket events;
        private long reports;

        LightRank(LaunchRequest request, int rank) {
            this.request = request;
            this.rank = rank;
            connect(SocketRole.COMMAND_CLIENT, request.bootstrap().commands());
            control = connect(SocketRole.CONTROL_CLIENT, request.bootstrap().control());
            events = connect(SocketRole.EVENT_CLIENT, request.bootstrap().events());
            send(Envelope.UNNUMBERED, new Message.Join(1, 1, request.worldSize(), 0, "light", 1, "java", "light"));
        }

        private WireSocket connect(SocketRole role, String endpoint) {
            var bootstrap = request.bootstrap();
            String identity = request.session() + "/" + request.incarnation() + "/" + rank;
            return WireSocket.connect(
                    loop,
                    role,
                    new WireSocket.Connect(
                            endpoint, bootstrap.serverKey(), bootstrap.ranks().get(rank), identity),
                    MessageBounds.DEFAULT,
                    this::onMessage);
        }

        private void onMessage(Incoming incoming) {
            Decoded decoded;
            try {
                decoded = MessageCodec.decode(incoming.frames(), Sender.PARENT);
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
            Message message = decoded.message();
            if (message instanceof Message.Probe probe) {
                send(Envelope.UNNUMBERED, new Message.Echo(probe.nonce()));
            } else if (message instanceof Message.ParentHeartbeat heartbeat) {
                askIfBehind(heartbeat.newest());
                send(Envelope.UNNUMBERED, new Message.RankHeartbeat(commands.taken(), reports));
            } else if (message.kind().stream() == StreamName.COMMANDS) {
                long seq = decoded.envelope().seq();
                if (commands.offer(seq) == InboundSequence.Verdict.NEXT) {
                    answer(seq, message);
                } else {
                    askIfBehind(seq);
                }
            }
        }

        private void askIfBehind(long newest) {
            if (commands.isBehind(newest) && commands.mayAsk(System.nanoTime())) {
                send(Envelope.UNNUMBERED, new Message.Resend(StreamName.COMMANDS, commands.taken() + 1));
            }
        }

        private void answer(long seq, Message command) {
            if (command instanceof Message.Initialize) {
                send(++reports, new Message.Initialized(seq, null, Body.NONE));
            } else if (command instanceof Message.Execute execute) {
                send(++reports, new Message.Result(seq, execute.task(), "OK", null, Body.NONE));
            } else if (command instanceof Message.HandleEvent) {
                send(++reports, new Message.EventHandled(seq, seq, null, Body.NONE));
            } else if (command instanceof Message.Close) {
                send(++reports, new Message.Leaving(seq, "closed"));
            }
        }

        private void send(long seq, Message message) {
            List<ByteBuffer> frames =
                    MessageCodec.encode(new Envelope(request.session(), request.incarnation(), rank, seq), message);
            sent.add(new Sent(rank, message, frames));
            control.send(frames);
        }
    }
}
