// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A core with a clock that the test moves, and a parent that is played by the test. */
final class CoreBench {
    static final String SESSION = "s-1";
    static final int INCARNATION = 2;
    static final int RANK = 1;
    static final int HEARTBEAT = 500;
    static final int LEASE = 10_000;
    static final int WINDOW = 3;
    static final Message.Welcome WELCOME = new Message.Welcome(1, 4, 0, HEARTBEAT, LEASE, WINDOW);
    static final RankIdentity IDENTITY = new RankIdentity(SESSION, INCARNATION, RANK, 4, "host", 77, "Java 17");
    static final Body SOME_BODY = new Body(ByteBuffer.wrap(new byte[] {(byte) 0x80}), List.of());

    /** A core must not care where the clock starts: this one overflows on the way. */
    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5) - 123_457;

    final RankCore core = new RankCore(IDENTITY, now);

    /** A rank that is welcomed and has said nothing else. */
    static CoreBench joined() {
        CoreBench bench = new CoreBench();
        bench.advance(0);
        bench.direct(WELCOME);
        return bench;
    }

    /** A rank that has its components. */
    static CoreBench initialised() {
        CoreBench bench = joined();
        bench.command(1, new Message.Initialize(SOME_BODY));
        bench.core.initialised(null, Body.NONE, bench.now());
        return bench;
    }

    long now() {
        return now;
    }

    List<RankAction> direct(Message message) {
        return direct(Envelope.UNNUMBERED, message);
    }

    List<RankAction> direct(long seq, Message message) {
        return core.onMessage(Channel.DIRECT, decoded(seq, message), now);
    }

    List<RankAction> broadcast(Message message) {
        return command(Envelope.UNNUMBERED, message);
    }

    List<RankAction> command(long seq, Message message) {
        return core.onMessage(Channel.BROADCAST, decoded(seq, message), now);
    }

    /** This process stands still so long. */
    void sleep(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Lets time pass as a loop would: the core is called whenever it asked for it. */
    List<RankAction> advance(long millis) {
        return advance(millis, () -> {});
    }

    /** The same, with something that happens each 100 ms. */
    List<RankAction> advance(long millis, Runnable meanwhile) {
        List<RankAction> actions = new ArrayList<>();
        long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
        long nextMeanwhile = now;
        while (true) {
            while (Timing.isDue(core.nextDeadline(), now)) {
                long before = core.nextDeadline();
                List<RankAction> more = core.onTick(now);
                actions.addAll(more);
                if (more.isEmpty() && core.nextDeadline() == before) {
                    throw new AssertionError("a tick must move the deadline, else the loop spins");
                }
            }
            if (nextMeanwhile - now <= 0) {
                meanwhile.run();
                nextMeanwhile += TimeUnit.MILLISECONDS.toNanos(100);
            }
            if (end - now <= 0) {
                return actions;
            }
            now = Timing.earlier(end, Timing.earlier(nextMeanwhile, core.nextDeadline()));
        }
    }

    /** The parent lives, but says nothing that matters. */
    void heartbeat() {
        broadcast(new Message.ParentHeartbeat(0));
    }

    static Message.Execute execute(String task) {
        return new Message.Execute(task, "name-of-" + task, null, SOME_BODY);
    }

    static Message.HandleEvent event(String type) {
        return new Message.HandleEvent(type, null, SOME_BODY);
    }

    /** What was sent to the parent, without its numbers. */
    static List<Message> sent(List<RankAction> actions) {
        List<Message> messages = new ArrayList<>();
        for (RankAction action : actions) {
            if (action instanceof RankAction.SendControl control) {
                messages.add(control.message());
            } else if (action instanceof RankAction.SendEvent event) {
                messages.add(event.message());
            }
        }
        return messages;
    }

    /** The actions of one kind. */
    static <T> List<T> only(Class<T> type, List<?> all) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** What was started, in a few letters: {@code I}, {@code T:task}, {@code E:event}. */
    static List<String> started(List<RankAction> actions) {
        List<String> started = new ArrayList<>();
        for (RankAction action : actions) {
            if (action instanceof RankAction.StartInitialise) {
                started.add("I");
            } else if (action instanceof RankAction.StartTask task) {
                started.add("T:" + task.task());
            } else if (action instanceof RankAction.StartEvent event) {
                started.add("E:" + event.event());
            }
        }
        return started;
    }

    static Message.Ack ackReports(long upto) {
        return new Message.Ack(StreamName.REPORTS, upto);
    }

    static Message.Ack ackEvents(long upto) {
        return new Message.Ack(StreamName.EVENTS, upto);
    }

    private static Decoded decoded(long seq, Message message) {
        return new Decoded(new Envelope(SESSION, INCARNATION, Envelope.PARENT, seq), message);
    }
}
