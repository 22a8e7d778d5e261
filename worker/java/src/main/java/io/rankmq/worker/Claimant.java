// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.TransportException;
import io.rankmq.transport.WireSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims a rank with the session's join key, and is given one (docs/protocol.md, section 13). Its sockets live as long as the claim. */
final class Claimant implements LoopTimer {
    private static final Logger LOG = LoggerFactory.getLogger(Claimant.class);

    private static final Duration START_DEADLINE = Duration.ofSeconds(10);

    private final EventLoop loop;
    private final BootstrapDocument document;
    private final CurveKeyPair join;
    private final Message.Claim claim;
    private final CompletableFuture<Message.Assign> place;
    private final ClaimTimes times;
    private WireSocket socket;
    private long told = -1;

    private Claimant(
            EventLoop loop,
            BootstrapDocument document,
            CurveKeyPair join,
            Message.Claim claim,
            CompletableFuture<Message.Assign> place) {
        this.loop = loop;
        this.document = document;
        this.join = join;
        this.claim = claim;
        this.place = place;
        times = new ClaimTimes(loop.ticker().nanos());
        socket = connect();
        loop.addTimer(this);
    }

    /**
     * Claims a rank and waits for it; as long as the parent answers, there is no other deadline than the parent's.
     *
     * @param spot where this process is
     * @throws NotJoinedException if none is given; the message is one sentence
     */
    static Message.Assign claim(BootstrapDocument document, CurveKeyPair join, Spot spot) {
        Message.Claim claim = new Message.Claim(
                MessageCodec.VERSION,
                MessageCodec.VERSION,
                new SecureRandom().nextLong(),
                spot.host(),
                spot.address(),
                spot.port(),
                ProcessHandle.current().pid(),
                RankIdentity.LANGUAGE,
                spot.slot());
        CompletableFuture<Message.Assign> answer = new CompletableFuture<>();
        try (EventLoop loop = EventLoop.start("rankmq-claim", Ticker.system(), answer::completeExceptionally)) {
            loop.call(() -> new Claimant(loop, document, join, claim, answer), START_DEADLINE);
            return answer.join();
        } catch (TransportException refused) {
            throw new NotJoinedException(String.valueOf(refused.getMessage()));
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof NotJoinedException refused) {
                throw refused;
            }
            throw new NotJoinedException("no rank could be claimed: " + failed.getCause());
        }
    }

    @Override
    public long nextDeadlineNanos() {
        return place.isDone() ? NEVER : times.next();
    }

    @Override
    public void onTick(long nowNanos) {
        switch (times.take(nowNanos)) {
            case CLAIM -> send();
            case REBUILD -> {
                socket.close();
                socket = connect();
                send();
            }
            case GIVE_UP ->
                place.completeExceptionally(new NotJoinedException("the parent of session " + document.session()
                        + " did not answer at " + document.control() + "; is it running?"));
            case NOTHING -> {}
        }
    }

    private void send() {
        socket.send(MessageCodec.encode(
                new Envelope(document.session(), document.incarnation(), Envelope.PARENT, Envelope.UNNUMBERED), claim));
    }

    private WireSocket connect() {
        WireSocket.Connect where = new WireSocket.Connect(document.control(), document.serverKey(), join, "");
        return WireSocket.connect(loop, SocketRole.CONTROL_CLIENT, where, MessageBounds.DEFAULT, this::onMessage);
    }

    private void onMessage(Incoming incoming) {
        Message message;
        try {
            message = MessageCodec.decode(incoming.frames(), Sender.PARENT).message();
        } catch (ProtocolException malformed) {
            LOG.warn("Dropped a message of the parent: {}", malformed.getMessage());
            return;
        }
        times.heard(loop.ticker().nanos());
        if (message instanceof Message.Assign assign && assign.nonce() == claim.nonce()) {
            place.complete(assign);
        } else if (message instanceof Message.Refuse refuse) {
            place.completeExceptionally(new NotJoinedException(
                    "the parent gives no rank: " + refuse.error().message()));
        } else if (message instanceof Message.Claimed claimed && claimed.claims() != told) {
            told = claimed.claims();
            LOG.info(
                    "Waiting for a rank of session {}: {} of {} are there",
                    document.session(),
                    told,
                    claimed.worldSize());
        }
    }
}
