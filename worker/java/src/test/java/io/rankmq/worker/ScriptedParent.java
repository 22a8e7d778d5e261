// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import io.rankmq.api.Shareable;
import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.EmbeddedBroker;
import io.rankmq.broker.SessionListener;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.StreamName;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.stream.InboundSequence;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.Ticker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A parent that does what a test tells it, over real sockets with CURVE. By itself it only sends heartbeats, acknowledges, and replays commands that
 * are asked for; each of these can be switched off. The test plays with rank 0 of two.
 */
final class ScriptedParent implements AutoCloseable {
    static final String SESSION = "s-contract";
    static final int WORLD_SIZE = 2;
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final long HEARTBEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A message of rank 0 that the test has not looked at yet. */
    record Received(long seq, Message message) {}

    private final Map<Integer, CurveKeyPair> keys =
            new TreeMap<>(Map.of(0, CurveKeyPair.generate(), 1, CurveKeyPair.generate()));
    private final EventLoop loop;
    private final SessionPort port;
    private final BootstrapDocument document;

    // Guarded by this.
    private final List<Received> received = new ArrayList<>();
    private @Nullable Throwable fault;

    // Touched by the loop thread only.
    private final List<List<ByteBuffer>> commands = new ArrayList<>();
    private final InboundSequence reports = new InboundSequence();
    private final InboundSequence events = new InboundSequence();
    private boolean broadcastsHeartbeats = true;
    private boolean sendsAcknowledgements = true;
    private boolean acknowledgesEvents = true;
    private long nextHeartbeat;

    ScriptedParent() {
        loop = EventLoop.start("scripted-parent", Ticker.system(), this::failed);
        port = loop.call(this::open, DEADLINE);
        document = new BootstrapDocument(
                SESSION,
                0,
                WORLD_SIZE,
                port.commandsEndpoint(),
                port.controlEndpoint(),
                port.eventsEndpoint(),
                port.serverKey(),
                List.of("io.rankmq.worker.contract.", "contract_components."),
                new TreeMap<>(keys));
    }

    BootstrapDocument document() {
        return document;
    }

    /** Switches the broadcast heartbeats. */
    void broadcastsHeartbeats(boolean on) {
        run(() -> broadcastsHeartbeats = on);
    }

    /** Switches everything that is sent over the other connection by itself. */
    void sendsAcknowledgements(boolean on) {
        run(() -> sendsAcknowledgements = on);
    }

    /** Switches the acknowledgement of events. */
    void acknowledgesEvents(boolean on) {
        run(() -> acknowledgesEvents = on);
    }

    /** Sends to all ranks, unnumbered. */
    void broadcast(Message message) {
        run(() -> port.broadcast(frames(Envelope.UNNUMBERED, message)));
    }

    /** Sends to rank 0 alone. */
    void direct(Message message) {
        run(() -> port.send(0, frames(Envelope.UNNUMBERED, message)));
    }

    /** Numbers a command and sends it to all ranks; its number. */
    long command(Message message) {
        return command(message, 1);
    }

    /** The same with so many copies; with none, the command is lost on its way. */
    long command(Message message, int copies) {
        return loop.call(
                () -> {
                    long seq = commands.size() + 1L;
                    commands.add(frames(seq, message));
                    for (int i = 0; i < copies; i++) {
                        port.broadcast(commands.get((int) seq - 1));
                    }
                    return seq;
                },
                DEADLINE);
    }

    /** Takes rank 0 in: welcomes it and proves its subscription. */
    Message.Join join(Message.Welcome welcome) {
        Message.Join join = await(Message.Join.class);
        direct(welcome);
        long nonce = System.nanoTime();
        for (int tries = 0; tries < 100; tries++) {
            broadcast(new Message.Probe(nonce));
            if (find(Message.Echo.class, echo -> echo.nonce() == nonce, Duration.ofMillis(100)) != null) {
                return join;
            }
            // A rank that has waited long has new sockets, and the welcome went to the old ones.
            if (find(Message.Join.class, any -> true, Duration.ZERO) != null) {
                direct(welcome);
            }
        }
        throw new AssertionError("no probe was echoed");
    }

    /** A rank with all its components; what it answered. */
    Message.Initialized initialise(List<ComponentConfig> components, String executor) {
        command(new Message.Initialize(encode(() -> Bodies.initialize(executor, components, context()))));
        return await(Message.Initialized.class);
    }

    /** Runs a task on all ranks; all reply. */
    void execute(String task, String name, Shareable input) {
        command(new Message.Execute(task, name, null, encode(() -> Bodies.task(input, context()))));
    }

    /** Runs a task to its end. */
    Message.Result result(String name, Shareable input) {
        execute("id-of-" + name, name, input);
        return await(Message.Result.class);
    }

    /** What a task that ended well replied. */
    Shareable reply(String name) {
        return reply(result(name, new Shareable()));
    }

    static Shareable reply(Message.Result result) {
        if (result.error() != null) {
            throw new AssertionError("the task failed: " + result.error());
        }
        Shareable reply = encode(() -> Bodies.readReply(result.body())).shareable();
        if (reply == null) {
            throw new AssertionError("there is no reply in " + result);
        }
        return reply;
    }

    /** Fires an event in all ranks. */
    long event(String type) {
        return command(new Message.HandleEvent(type, null, encode(() -> Bodies.context(context()))));
    }

    /** The next message of that type, which the test has not seen yet. */
    <T extends Message> T await(Class<T> type) {
        return await(type, any -> true);
    }

    <T extends Message> T await(Class<T> type, Predicate<T> matching) {
        T found = find(type, matching, PATIENCE);
        if (found == null) {
            synchronized (this) {
                throw new AssertionError(
                        "no " + type.getSimpleName() + " came within " + PATIENCE + ", but "
                                + received.stream()
                                        .filter(other -> !isChatter(other.message()))
                                        .toList(),
                        fault);
            }
        }
        return found;
    }

    /** How many messages of that type have come and were not looked at. */
    synchronized <T extends Message> int unseen(Class<T> type) {
        return (int) received.stream()
                .map(Received::message)
                .filter(type::isInstance)
                .count();
    }

    /** Forgets what came so far. */
    synchronized void forget() {
        received.clear();
    }

    /** A context as a parent has it. */
    static Context context(Map<String, Context.Property> properties) {
        return new Context(new NoEngine(), properties, (name, property) -> {});
    }

    static Context context() {
        return context(Map.of("from_parent", new Context.Property("yes", false, false)));
    }

    interface Encoding<T> {
        T get() throws ProtocolException;
    }

    static <T> T encode(Encoding<T> encoding) {
        try {
            return encoding.get();
        } catch (ProtocolException wrong) {
            throw new AssertionError(wrong);
        }
    }

    @Override
    public void close() {
        loop.close();
        synchronized (this) {
            if (fault != null) {
                throw new AssertionError("the rank sent what it may not", fault);
            }
        }
    }

    private SessionPort open() {
        EmbeddedBroker broker = EmbeddedBroker.start(loop, BrokerConfig.loopback());
        SessionPort opened = broker.open(SessionRegistration.of(SESSION, 0, keys), new SessionListener() {
            @Override
            public void onControl(int rank, List<ByteBuffer> frames) {
                take(frames);
            }

            @Override
            public void onEvent(int rank, List<ByteBuffer> frames) {
                take(frames);
            }
        });
        loop.addTimer(new LoopTimer() {
            @Override
            public long nextDeadlineNanos() {
                return nextHeartbeat;
            }

            @Override
            public void onTick(long nowNanos) {
                nextHeartbeat = nowNanos + HEARTBEAT_NANOS;
                if (broadcastsHeartbeats) {
                    port.broadcast(frames(Envelope.UNNUMBERED, new Message.ParentHeartbeat(commands.size())));
                }
            }
        });
        nextHeartbeat = loop.ticker().nanos() + HEARTBEAT_NANOS;
        return opened;
    }

    private void take(List<ByteBuffer> frames) {
        try {
            var decoded = MessageCodec.decode(frames, Sender.RANK);
            Message message = decoded.message();
            long seq = decoded.envelope().seq();
            StreamName stream = message.kind().stream();
            if (stream != null) {
                InboundSequence sequence = stream == StreamName.EVENTS ? events : reports;
                boolean isNew = sequence.offer(seq) == InboundSequence.Verdict.NEXT;
                if (stream == StreamName.REPORTS || acknowledgesEvents) {
                    acknowledge(stream, sequence.taken());
                }
                if (!isNew && stream == StreamName.REPORTS) {
                    return;
                }
            } else if (message instanceof Message.RankHeartbeat) {
                acknowledge(StreamName.REPORTS, reports.taken());
            } else if (message instanceof Message.Resend resend) {
                for (long again = resend.from(); again <= commands.size(); again++) {
                    port.send(0, commands.get((int) again - 1));
                }
            }
            synchronized (this) {
                received.add(new Received(seq, message));
                notifyAll();
            }
        } catch (ProtocolException wrong) {
            failed(wrong);
        }
    }

    private void acknowledge(StreamName stream, long upto) {
        if (sendsAcknowledgements) {
            port.send(0, frames(Envelope.UNNUMBERED, new Message.Ack(stream, upto)));
        }
    }

    <T extends Message> @Nullable T find(Class<T> type, Predicate<T> matching, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        synchronized (this) {
            while (true) {
                for (Received candidate : received) {
                    if (type.isInstance(candidate.message()) && matching.test(type.cast(candidate.message()))) {
                        received.remove(candidate);
                        return type.cast(candidate.message());
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return null;
                }
                try {
                    wait(left);
                } catch (InterruptedException stop) {
                    throw new AssertionError(stop);
                }
            }
        }
    }

    private void run(Runnable action) {
        loop.call(
                () -> {
                    action.run();
                    return true;
                },
                DEADLINE);
    }

    private synchronized void failed(Throwable thrown) {
        fault = thrown;
        notifyAll();
    }

    private static List<ByteBuffer> frames(long seq, Message message) {
        return MessageCodec.encode(new Envelope(SESSION, 0, Envelope.PARENT, seq), message);
    }

    /** What kind of body is none of the protocol's. */
    static Body brokenBody() {
        return new Body(ByteBuffer.wrap(new byte[] {(byte) 0x81, (byte) 0xa1, 'x', (byte) 0xd4, 99, 0}), List.of());
    }

    /** Whether a message is one that a rank sends by itself all the time. */
    private static boolean isChatter(Message message) {
        return message.kind() == Kind.RANK_HEARTBEAT || message.kind() == Kind.ACK;
    }

    private static final class NoEngine implements Engine {
        @Override
        public Context newContext() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void fireEvent(String eventType, Context context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void postEvent(String eventType, Context context) {
            throw new UnsupportedOperationException();
        }
    }
}
