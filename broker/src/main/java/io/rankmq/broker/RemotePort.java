// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A session at a broker in a process of its own. Loop thread only. */
final class RemotePort implements SessionPort {
    private final RemoteBroker broker;
    private final SessionId id;
    private final LinkMessage.Open registration;
    private final @Nullable SessionListener listener;
    private final CompletableFuture<SessionPort> opened = new CompletableFuture<>();
    private LinkMessage.@Nullable Opened places;
    private boolean closed;
    private long control;
    private long events;
    private long broadcasts;
    private long unicasts;
    private long unsent;

    RemotePort(RemoteBroker broker, SessionRegistration registration, SessionListener listener) {
        this(
                broker,
                new LinkMessage.Open(
                        LinkCodec.VERSION,
                        LinkCodec.VERSION,
                        registration.session(),
                        registration.incarnation(),
                        0,
                        "",
                        registration.publicKeys(),
                        registration.joinKey()),
                listener);
    }

    private RemotePort(RemoteBroker broker, LinkMessage.Open registration, @Nullable SessionListener listener) {
        this.broker = broker;
        this.registration = registration;
        this.listener = listener;
        id = new SessionId(registration.session(), registration.incarnation());
    }

    /** For messages of a session that was closed: it takes them and does nothing. */
    static RemotePort nobody(RemoteBroker broker, String session, int incarnation) {
        return new RemotePort(
                broker, new LinkMessage.Open(1, 1, session, incarnation, 0, "", new TreeMap<>(), null), null);
    }

    SessionId id() {
        return id;
    }

    CompletableFuture<SessionPort> opened() {
        return opened;
    }

    /** Asks for the session; once it was open, on the port that its ranks know. */
    LinkMessage.Open openMessage() {
        int port = 0;
        String ticket = "";
        if (places != null) {
            String commands = places.commands();
            port = Integer.parseInt(commands.substring(commands.lastIndexOf(':') + 1));
            ticket = places.ticket();
        }
        return new LinkMessage.Open(
                registration.minVersion(),
                registration.maxVersion(),
                id.session(),
                id.incarnation(),
                port,
                ticket,
                registration.keys(),
                registration.joinKey());
    }

    void opened(LinkMessage.Opened message) {
        LinkMessage.Opened before = places;
        if (listener == null || (before != null && before.equals(message))) {
            return;
        }
        if (before != null) {
            lost("the broker has moved its ports, so the ranks cannot find it any more");
            return;
        }
        places = message;
        opened.complete(this);
    }

    void refused(String sentence) {
        if (!opened.completeExceptionally(new BrokerException(sentence))) {
            lost(sentence);
        }
        broker.forget(id);
    }

    void lost(String sentence) {
        if (!closed && listener != null) {
            closed = true;
            broker.forget(id);
            listener.onBrokerLost(sentence);
        }
    }

    void fromRank(LinkMessage.FromRank from, List<ByteBuffer> frames) {
        SessionListener to = listener;
        if (to == null || closed) {
            return;
        }
        if (from.event()) {
            events++;
            to.onEvent(from.rank(), frames);
        } else {
            control++;
            to.onControl(from.rank(), frames);
        }
    }

    void fromClaimant(LinkMessage.FromClaimant from, List<ByteBuffer> frames) {
        if (listener != null && !closed) {
            control++;
            listener.onClaim(from.claimant(), frames);
        }
    }

    @Override
    public String commandsEndpoint() {
        return places().commands();
    }

    @Override
    public String controlEndpoint() {
        return places().control();
    }

    @Override
    public String eventsEndpoint() {
        return places().events();
    }

    @Override
    public String serverKey() {
        return broker.serverKey();
    }

    @Override
    public void broadcast(List<ByteBuffer> frames) {
        broadcasts++;
        broker.broadcast(with(new LinkMessage.ToAll(id.session(), id.incarnation()), frames));
    }

    @Override
    public boolean send(int rank, List<ByteBuffer> frames) {
        if (!registration.keys().containsKey(rank)) {
            throw new IllegalArgumentException("session " + id + " has no rank " + rank);
        }
        boolean sent = broker.send(with(new LinkMessage.ToRank(id.session(), id.incarnation(), rank), frames));
        if (sent) {
            unicasts++;
        } else {
            unsent++;
        }
        return sent;
    }

    @Override
    public boolean sendToClaimant(String claimant, List<ByteBuffer> frames) {
        return broker.send(with(new LinkMessage.ToClaimant(id.session(), id.incarnation(), claimant), frames));
    }

    @Override
    public long reachableNanos() {
        return broker.reachableNanos();
    }

    @Override
    public SessionTraffic traffic() {
        return new SessionTraffic(control, events, broadcasts, unicasts, unsent);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            broker.forget(id);
            broker.say(new LinkMessage.CloseSession(id.session(), id.incarnation()));
        }
    }

    private LinkMessage.Opened places() {
        LinkMessage.Opened known = places;
        if (known == null) {
            throw new IllegalStateException("session " + id + " is not open yet");
        }
        return known;
    }

    private static List<ByteBuffer> with(LinkMessage header, List<ByteBuffer> frames) {
        List<ByteBuffer> all = new ArrayList<>(frames.size() + 1);
        all.add(LinkCodec.encode(header));
        all.addAll(frames);
        return all;
    }
}
