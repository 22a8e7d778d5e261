// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Large values by JeroMQ alone: PUB to all ranks in frames of 1 MiB, and a word back from each on ROUTER. Arguments: the address to bind, the number of ranks, {@code
 * curve} or {@code plain}. It prints what {@link BulkRank} wants to know, and for each line of standard input, a number of MiB, the nanoseconds until all ranks have so much.
 */
public final class BulkParent {
    static final int PIECE = 1 << 20;
    static final byte PROBE = 0;
    static final byte MORE = 1;
    static final byte LAST = 2;
    private static final int PROBE_MILLIS = 50;
    private static final int DEADLINE_MILLIS = 300_000;

    private final int worldSize;
    private final ZMQ.Socket values;
    private final ZMQ.Socket replies;

    private BulkParent(int worldSize, ZMQ.Socket values, ZMQ.Socket replies) {
        this.worldSize = worldSize;
        this.values = values;
        this.replies = replies;
    }

    /** Ends with its standard input. */
    public static void main(String[] arguments) throws IOException {
        boolean withCurve = arguments[2].equals("curve");
        try (ZContext context = new ZContext();
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            BulkSockets sockets = new BulkSockets(context);
            BulkParent parent = new BulkParent(
                    Integer.parseInt(arguments[1]),
                    sockets.bind(SocketType.PUB, arguments[0], withCurve),
                    sockets.bind(SocketType.ROUTER, arguments[0], withCurve));
            System.out.printf(
                    "%s %s %s%n",
                    parent.values.getLastEndpoint(),
                    parent.replies.getLastEndpoint(),
                    withCurve ? sockets.publicKey() : BulkSockets.NO_KEY);
            parent.awaitRanks();
            System.out.println("ready");
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                System.out.println(parent.send(Integer.parseInt(order)));
            }
        }
    }

    private void awaitRanks() {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        Set<ByteBuffer> heard = new HashSet<>();
        replies.setReceiveTimeOut(PROBE_MILLIS);
        while (heard.size() < worldSize) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + heard.size() + " of " + worldSize + " ranks answered");
            }
            values.send(new byte[] {PROBE});
            for (byte[] identity = replies.recv(); identity != null; identity = replies.recv()) {
                replies.recv();
                heard.add(ByteBuffer.wrap(identity));
            }
        }
        replies.setReceiveTimeOut(DEADLINE_MILLIS);
    }

    private long send(int pieces) {
        byte[][] value = new byte[pieces][PIECE];
        for (byte[] piece : value) {
            piece[0] = MORE;
        }
        value[pieces - 1][0] = LAST;
        long begun = System.nanoTime();
        for (byte[] piece : value) {
            values.send(piece);
        }
        for (int missing = worldSize; missing > 0; ) {
            if (replies.recv() == null) {
                throw new IllegalStateException("a rank said nothing for " + DEADLINE_MILLIS + " ms");
            }
            // An answer to a probe may still be on its way.
            if (replies.recv()[0] == LAST) {
                missing--;
            }
        }
        return System.nanoTime() - begun;
    }
}
