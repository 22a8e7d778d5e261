// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import io.rankmq.bench.report.Child;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Drives processes of {@link BareRank}. Messages have 100 bytes. No session, no acknowledgement, no codec, no liveness, no admission: any
 * key is let in. For one thread.
 */
public final class BareParent implements AutoCloseable {
    static final int MESSAGE_BYTES = 100;
    private static final int PROBE_MILLIS = 20;
    private static final int DEADLINE_MILLIS = 60_000;

    private final int worldSize;
    private final ZContext context = new ZContext();
    private final List<Child> ranks = new ArrayList<>();
    private final ZMQ.Socket commands;
    private final ZMQ.Socket replies;
    private final ZMQ.Socket events;
    private long number;

    /** Starts the ranks and returns when each has answered a broadcast. */
    public BareParent(int worldSize) throws IOException {
        this.worldSize = worldSize;
        CurveSockets sockets = new CurveSockets(context);
        commands = sockets.bind(SocketType.PUB);
        replies = sockets.bind(SocketType.ROUTER);
        events = sockets.bind(SocketType.PULL);
        try {
            for (int rank = 0; rank < worldSize; rank++) {
                ranks.add(Child.java(
                        BareRank.class,
                        commands.getLastEndpoint(),
                        replies.getLastEndpoint(),
                        events.getLastEndpoint(),
                        sockets.publicKey()));
            }
            awaitRanks();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void awaitRanks() {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        Set<ByteBuffer> heard = new HashSet<>();
        replies.setReceiveTimeOut(PROBE_MILLIS);
        while (heard.size() < worldSize) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + heard.size() + " of " + worldSize + " bare ranks answered");
            }
            commands.send(nextMessage());
            byte[] identity = replies.recv();
            while (identity != null) {
                replies.recv();
                heard.add(ByteBuffer.wrap(identity));
                identity = replies.recv();
            }
        }
        replies.setReceiveTimeOut(DEADLINE_MILLIS);
        events.setReceiveTimeOut(DEADLINE_MILLIS);
    }

    /** A message goes out on PUB, every rank sends it back; the time until the ROUTER has all answers, in nanoseconds. */
    public long roundTrip() {
        byte[] message = nextMessage();
        long begun = System.nanoTime();
        commands.send(message);
        int missing = worldSize;
        while (missing > 0) {
            received(replies);
            // An answer to a probe may still be on its way.
            if (ByteBuffer.wrap(received(replies)).getLong() == number) {
                missing--;
            }
        }
        return System.nanoTime() - begun;
    }

    /** Every rank sends so many messages on PUSH; the time until all have come, in nanoseconds. */
    public long post(int eventsOfEach) throws IOException {
        long begun = tellAll("post " + eventsOfEach);
        for (int missing = worldSize * eventsOfEach; missing > 0; missing--) {
            received(events);
        }
        return System.nanoTime() - begun;
    }

    /** Every rank sends so many messages on DEALER, each after the last was answered; the time until all are, in nanoseconds. */
    public long exchange(int eventsOfEach) throws IOException {
        long begun = tellAll("exchange " + eventsOfEach);
        for (int missing = worldSize * eventsOfEach; missing > 0; missing--) {
            byte[] identity = received(replies);
            byte[] message = received(replies);
            replies.sendMore(identity);
            replies.send(message);
        }
        return System.nanoTime() - begun;
    }

    private long tellAll(String line) throws IOException {
        long begun = System.nanoTime();
        for (Child rank : ranks) {
            rank.tell(line);
        }
        return begun;
    }

    private static byte[] received(ZMQ.Socket socket) {
        byte[] frame = socket.recv();
        if (frame == null) {
            throw new IllegalStateException("a bare rank said nothing for " + DEADLINE_MILLIS + " ms");
        }
        return frame;
    }

    private byte[] nextMessage() {
        return ByteBuffer.allocate(MESSAGE_BYTES).putLong(++number).array();
    }

    @Override
    public void close() {
        ranks.forEach(Child::close);
        context.close();
    }
}
