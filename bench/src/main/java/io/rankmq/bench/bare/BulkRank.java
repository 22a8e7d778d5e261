// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import io.rankmq.bench.report.Sums;
import java.nio.ByteBuffer;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Takes values of {@link BulkParent} and reads every byte. Arguments: the three words that the parent prints. Ends when it is killed. */
final class BulkRank {
    private BulkRank() {}

    /** Never returns. */
    public static void main(String[] arguments) {
        ZContext context = new ZContext();
        BulkSockets sockets = new BulkSockets(context);
        ZMQ.Socket values = sockets.connect(SocketType.SUB, arguments[0], arguments[2]);
        ZMQ.Socket replies = sockets.connect(SocketType.DEALER, arguments[1], arguments[2]);
        values.subscribe(ZMQ.SUBSCRIPTION_ALL);
        long sum = 0;
        while (true) {
            byte[] piece = values.recv();
            sum += Sums.of(ByteBuffer.wrap(piece));
            if (piece[0] != BulkParent.MORE) {
                replies.send(ByteBuffer.allocate(9).put(piece[0]).putLong(sum).array());
            }
        }
    }
}
