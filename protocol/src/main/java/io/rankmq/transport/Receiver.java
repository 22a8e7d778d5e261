// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import zmq.Msg;
import zmq.io.Metadata;

/** Reads complete messages from a socket, checks who sent them, and hands them over. Loop thread only. */
final class Receiver {

    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    /** Messages handed over before other sockets get their turn. */
    private static final int MESSAGES_PER_TURN = 64;

    /** Of the number that JeroMQ gives to a connection whose peer claims no identity. */
    private final SocketRole role;

    private final String identityProperty;
    private final MessageBounds bounds;
    private final Inflow inflow;
    private final @Nullable ReadGate gate;
    private final MessageHandler handler;
    private final RateLimitedLog oversized;
    private final RateLimitedLog unidentified;
    private final RateLimitedLog stopped;
    private final RateLimitedLog cut;
    private long cutsSeen;

    Receiver(
            SocketRole role,
            String identityProperty,
            MessageBounds bounds,
            Inflow inflow,
            @Nullable ReadGate gate,
            MessageHandler handler,
            Ticker ticker) {
        this.role = role;
        this.identityProperty = identityProperty;
        this.bounds = bounds;
        this.inflow = inflow;
        this.gate = gate;
        this.handler = handler;
        this.oversized = new RateLimitedLog(LOG, ticker);
        this.unidentified = new RateLimitedLog(LOG, ticker);
        this.stopped = new RateLimitedLog(LOG, ticker);
        this.cut = new RateLimitedLog(LOG, ticker);
    }

    /** Hands over what has arrived, up to a bound; true if there may be more. */
    boolean drain(PolledSocket socket) {
        if (!role.receives()) {
            socket.processCommands();
            return false;
        }
        if (inflow.cuts() != cutsSeen) {
            cutsSeen = inflow.cuts();
            cut.warn(
                    "Cut a connection on {}: {} bytes were waiting to be read; give the JVM more memory or send less at a time",
                    role,
                    bounds.maxWaiting());
        }
        for (int i = 0; i < MESSAGES_PER_TURN; i++) {
            if (gate != null && !gate.isOpen(socket)) {
                // Else the descriptor stays readable, and the loop spins, until it is read again.
                socket.processCommands();
                return false;
            }
            Msg first = socket.receive();
            if (first == null) {
                return false;
            }
            Incoming message = readMessage(socket, first);
            if (message != null) {
                handler.onMessage(message);
            }
        }
        return true;
    }

    long nanosSinceBody() {
        return inflow.nanosSinceBody();
    }

    long dropped() {
        return oversized.count() + unidentified.count() + stopped.count() + inflow.cuts();
    }

    void onHeld(Runnable listener) {
        if (gate != null) {
            gate.onHeld(listener);
        }
    }

    long heldNanos() {
        return gate == null ? 0 : gate.heldNanos();
    }

    void close() {
        inflow.close();
    }

    /** Reads the message to its end; null if it is to be dropped. */
    private @Nullable Incoming readMessage(PolledSocket socket, Msg first) {
        List<ByteBuffer> frames = new ArrayList<>();
        Msg routing = role.routes() ? first : null;
        Msg part = routing == null ? first : nextPart(socket, first);
        Metadata metadata = part == null ? null : part.getMetadata();
        int parts = 0;
        long bytes = 0;
        while (part != null) {
            inflow.taken(part);
            parts++;
            bytes += part.size();
            if (parts <= bounds.maxParts() && bytes <= bounds.maxBytes()) {
                frames.add(part.buf());
            } else {
                frames.clear();
            }
            part = nextPart(socket, part);
        }
        if (gate != null) {
            gate.taken(bytes);
        }
        if (role.discardsInput()) {
            return null;
        }
        if (gate != null && metadata == null) {
            stopped.warn(
                    "Lost a message on {} of a peer that sends faster than it is read; it has to send it again", role);
            return null;
        }
        String peer = role.identifiesPeers() ? peer(metadata, routing) : "";
        if (peer == null) {
            return null;
        }
        if (parts > bounds.maxParts() || bytes > bounds.maxBytes()) {
            oversized.warn(
                    "Dropped a message of {} frames and {} bytes from {}: more than {} frames or {} bytes",
                    parts,
                    bytes,
                    peer.isEmpty() ? "the broker" : peer,
                    bounds.maxParts(),
                    bounds.maxBytes());
            return null;
        }
        return new Incoming(peer, frames);
    }

    /** The sender's identity, or null if nobody vouches for it. */
    private @Nullable String peer(@Nullable Metadata metadata, @Nullable Msg routing) {
        String identity = metadata == null ? null : metadata.get(identityProperty);
        if (identity == null || identity.isEmpty()) {
            unidentified.warn("Dropped a message on {} whose sender was not authenticated", role);
            return null;
        }
        if (routing != null && !identity.equals(new String(routing.data(), StandardCharsets.ISO_8859_1))) {
            unidentified.warn("Dropped a message on {} from {} that claims another identity", role, identity);
            return null;
        }
        return identity;
    }

    private static @Nullable Msg nextPart(PolledSocket socket, Msg part) {
        return part.hasMore() ? socket.receive() : null;
    }
}
