// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.util.Z85;

/**
 * Answers JeroMQ's question whether a key may use a port (ZAP, ZeroMQ RFC 27). Without it JeroMQ admits every key, so a server socket can only
 * be bound with one, it lives as long as its loop, and the loop ends if it fails. It gives each peer its registered identity under a
 * property whose name is random, because a peer may claim any property whose name it knows, and forces the routing identity to be the same.
 */
public final class ZapAuthenticator implements LoopTimer {

    private static final Logger LOG = LoggerFactory.getLogger(ZapAuthenticator.class);
    private static final String ENDPOINT = "inproc://zeromq.zap.01";
    private static final int REQUESTS_PER_TURN = 64;
    private static final int REQUEST_FRAMES = 9;
    private static final int KEY_BYTES = 32;
    private static final int REMEMBERED_KEYS = 1024;

    /**
     * JeroMQ asks, and reads the identity that the peer claims after that; if the answer is there before, the claim wins. So it gets time to
     * read on.
     */
    private static final long ANSWER_AFTER_NANOS = 5_000_000;

    /** A question, and when it is answered. */
    private record Waiting(List<Msg> request, long dueAt) {}

    private final EventLoop loop;
    private final KeyRegistry registry;
    private final String identityProperty;
    private final PolledSocket socket;
    private final RateLimitedLog refusals;
    private final Map<String, String> loggedKeys = new LinkedHashMap<>();
    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final SecureRandom random = new SecureRandom();
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private ZapAuthenticator(EventLoop loop, KeyRegistry registry, ZMQ.Socket socket) {
        this.loop = loop;
        this.registry = registry;
        this.refusals = new RateLimitedLog(LOG, loop.ticker());
        byte[] name = new byte[16];
        random.nextBytes(name);
        this.identityProperty = "X-" + HexFormat.of().formatHex(name);
        this.socket = new PolledSocket(loop.poller(), socket, self -> drain());
    }

    /**
     * Starts the authenticator of a loop. Loop thread only.
     *
     * @param registry who is admitted; may be changed at any time, by any thread
     * @throws IllegalStateException if the loop has one already
     */
    public static ZapAuthenticator start(EventLoop loop, KeyRegistry registry) {
        loop.checkInLoop();
        ZMQ.Socket socket = loop.context().createSocket(SocketType.ROUTER);
        try {
            socket.setRcvHWM(0);
            socket.setSndHWM(0);
            socket.setRouterMandatory(true);
            if (!socket.base().bind(ENDPOINT)) {
                throw new IllegalStateException("this loop has an authenticator already");
            }
            ZapAuthenticator zap = new ZapAuthenticator(loop, registry, socket);
            loop.addTimer(zap);
            return zap;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Handshakes that were admitted so far. Any thread. */
    public long admitted() {
        return admitted.get();
    }

    /** Handshakes that were refused so far because the key is not registered for the port. Any thread. */
    public long refused() {
        return refused.get();
    }

    /** Name of the property that carries a peer's identity. */
    String identityProperty() {
        return identityProperty;
    }

    /** Refuses to guard the sockets of another loop: their handshakes would not come here. */
    void checkGuards(EventLoop other) {
        if (other != loop || socket.isClosed()) {
            throw new IllegalStateException("no authenticator runs in the loop that is to own this socket");
        }
    }

    private boolean drain() {
        for (int i = 0; i < REQUESTS_PER_TURN; i++) {
            Msg part = socket.receive();
            if (part == null) {
                return false;
            }
            List<Msg> request = new ArrayList<>(REQUEST_FRAMES);
            while (part != null) {
                if (request.size() < REQUEST_FRAMES) {
                    request.add(part);
                }
                part = part.hasMore() ? socket.receive() : null;
            }
            waiting.addLast(new Waiting(request, loop.ticker().nanos() + ANSWER_AFTER_NANOS));
        }
        return true;
    }

    @Override
    public long nextDeadlineNanos() {
        Waiting first = waiting.peekFirst();
        return first == null ? NEVER : first.dueAt();
    }

    @Override
    public void onTick(long nowNanos) {
        for (Waiting next = waiting.peekFirst();
                next != null && next.dueAt() - nowNanos <= 0;
                next = waiting.peekFirst()) {
            waiting.removeFirst();
            answer(next.request());
        }
    }

    private void answer(List<Msg> request) {
        if (request.size() < 3) {
            return;
        }
        String identity = identityOf(request);
        if (identity == null) {
            refused.incrementAndGet();
            reply(request, "400", "", new byte[0]);
        } else {
            admitted.incrementAndGet();
            reply(request, "200", identity, metadata(identity));
        }
    }

    /** The identity of the peer, or null if it is not admitted. */
    private @Nullable String identityOf(List<Msg> request) {
        // routing id, empty, version, request id, domain, address, identity, mechanism, key
        if (request.size() != REQUEST_FRAMES
                || !text(request.get(7)).equals("CURVE")
                || request.get(8).size() != KEY_BYTES) {
            refusals.warn("Refused a peer that does not use CURVE");
            return null;
        }
        String domain = text(request.get(4));
        String publicKey = Z85.encode(request.get(8).data(), KEY_BYTES);
        String identity = registry.identityOf(domain, publicKey);
        if (identity == null) {
            logOnce(publicKey, domain, text(request.get(5)));
        }
        return identity;
    }

    private void logOnce(String publicKey, String domain, String address) {
        String fingerprint = Fingerprint.of(publicKey);
        if (loggedKeys.putIfAbsent(fingerprint, domain) == null) {
            refusals.warn("Refused key {} from {}: it is not registered for {}", fingerprint, address, domain);
            if (loggedKeys.size() > REMEMBERED_KEYS) {
                loggedKeys.remove(loggedKeys.keySet().iterator().next());
            }
        }
    }

    private byte[] metadata(String registered) {
        // At random: a number that could be guessed could be claimed by a peer, who would take another's connection
        // over.
        String identity = registered.startsWith(KeyRegistry.SHARED)
                ? registered + KeyRegistry.CONNECTION + Long.toHexString(random.nextLong())
                : registered;
        byte[] value = identity.getBytes(StandardCharsets.US_ASCII);
        List<byte[]> names = List.of(ascii(identityProperty), ascii("Identity"));
        int size = 0;
        for (byte[] name : names) {
            size += 1 + name.length + 4 + value.length;
        }
        ByteBuffer properties = ByteBuffer.allocate(size);
        for (byte[] name : names) {
            properties.put((byte) name.length).put(name).putInt(value.length).put(value);
        }
        return properties.array();
    }

    private void reply(List<Msg> request, String status, String userId, byte[] metadata) {
        // False if the peer has gone meanwhile.
        if (socket.send(new Msg(request.get(0).data()), true)) {
            socket.send(new Msg(), true);
            socket.send(new Msg(ascii("1.0")), true);
            socket.send(new Msg(request.size() > 3 ? request.get(3).data() : ascii("1")), true);
            socket.send(new Msg(ascii(status)), true);
            socket.send(new Msg(), true);
            socket.send(new Msg(ascii(userId)), true);
            socket.send(new Msg(metadata), false);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(Msg part) {
        return new String(part.data(), StandardCharsets.UTF_8);
    }
}
