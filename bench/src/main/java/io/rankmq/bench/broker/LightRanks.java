// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

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
import io.rankmq.stream.InboundSequence;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * Ranks without processes: those of a session share one loop of this JVM. They speak the protocol over real sockets with CURVE, and answer each
 * command at once. So a machine with two cores can have hundreds of them.
 */
final class LightRanks implements Launcher, Gang {
    private static final int FLOOD_BYTES = 1000;
    private static final int FLOOD_BURST = 256;
    /** How soon a flood looks whether its full queues have room; looking all the time would take a core that a flood from another host does not. */
    private static final long FLOOD_AGAIN_NANOS = 1_000_000;

    private final List<Rank> ranks = new ArrayList<>();
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final EventLoop loop = EventLoop.start("light-ranks", Ticker.system(), cause -> {});

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) {
        loop.execute(() -> {
            for (int rank = 0; rank < request.worldSize(); rank++) {
                ranks.add(new Rank(request, rank));
            }
        });
        return this;
    }

    /** From now on they send as much as their queues take, as events or as answers, until the end. */
    void flood(boolean asEvents) {
        loop.execute(() -> loop.addTimer(new LoopTimer() {
            private long next = loop.ticker().nanos();

            @Override
            public long nextDeadlineNanos() {
                return next;
            }

            @Override
            public void onTick(long now) {
                boolean hasRoom = false;
                for (Rank rank : ranks) {
                    hasRoom |= rank.flood(asEvents ? rank.events : rank.control);
                }
                next = hasRoom ? now : now + FLOOD_AGAIN_NANOS;
            }
        }));
    }

    /** From now on they read nothing, until the end. */
    void stall() {
        loop.execute(() -> {
            try {
                stalled.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts a loop", e);
            }
        });
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
        stalled.countDown();
        loop.close();
    }

    private final class Rank {
        private final LaunchRequest request;
        private final int rank;
        private final InboundSequence commands = new InboundSequence();
        private final WireSocket control;
        private final WireSocket events;
        private long reports;

        Rank(LaunchRequest request, int rank) {
            this.request = request;
            this.rank = rank;
            connect(SocketRole.COMMAND_CLIENT, request.bootstrap().commands());
            control = connect(SocketRole.CONTROL_CLIENT, request.bootstrap().control());
            events = connect(SocketRole.EVENT_CLIENT, request.bootstrap().events());
            say(Envelope.UNNUMBERED, new Message.Join(1, 1, request.worldSize(), 0, "light", 1, "java", "light"));
        }

        private WireSocket connect(SocketRole role, String endpoint) {
            var bootstrap = request.bootstrap();
            WireSocket.Connect where = new WireSocket.Connect(
                    endpoint,
                    bootstrap.serverKey(),
                    Objects.requireNonNull(bootstrap.ranks().get(rank)),
                    request.session() + "/" + request.incarnation() + "/" + rank);
            return WireSocket.connect(loop, role, where, MessageBounds.DEFAULT, this::hear);
        }

        /** Sends some; false if the queue is full. */
        private boolean flood(WireSocket socket) {
            for (int i = 0; i < FLOOD_BURST; i++) {
                if (!socket.send(List.of(ByteBuffer.allocate(FLOOD_BYTES)))) {
                    return false;
                }
            }
            return true;
        }

        private void hear(Incoming incoming) {
            Decoded decoded;
            try {
                decoded = MessageCodec.decode(incoming.frames(), Sender.PARENT);
            } catch (ProtocolException e) {
                throw new IllegalStateException(e);
            }
            Message message = decoded.message();
            if (message instanceof Message.Probe probe) {
                say(Envelope.UNNUMBERED, new Message.Echo(probe.nonce()));
            } else if (message instanceof Message.ParentHeartbeat heartbeat) {
                catchUp(heartbeat.newest());
                say(Envelope.UNNUMBERED, new Message.RankHeartbeat(commands.taken(), reports));
            } else if (message.kind().stream() == StreamName.COMMANDS) {
                long seq = decoded.envelope().seq();
                if (commands.offer(seq) == InboundSequence.Verdict.NEXT) {
                    answer(seq, message);
                } else {
                    catchUp(seq);
                }
            }
        }

        private void catchUp(long newest) {
            if (commands.isBehind(newest) && commands.mayAsk(System.nanoTime())) {
                say(Envelope.UNNUMBERED, new Message.Resend(StreamName.COMMANDS, commands.taken() + 1));
            }
        }

        private void answer(long seq, Message command) {
            if (command instanceof Message.Initialize) {
                say(++reports, new Message.Initialized(seq, null, Body.NONE));
            } else if (command instanceof Message.Execute execute) {
                say(++reports, new Message.Result(seq, execute.task(), "OK", null, Body.NONE));
            } else if (command instanceof Message.HandleEvent) {
                say(++reports, new Message.EventHandled(seq, seq, null, Body.NONE));
            } else if (command instanceof Message.Close) {
                say(++reports, new Message.Leaving(seq, "closed"));
            }
        }

        private void say(long seq, Message message) {
            control.send(
                    MessageCodec.encode(new Envelope(request.session(), request.incarnation(), rank, seq), message));
        }
    }
}
