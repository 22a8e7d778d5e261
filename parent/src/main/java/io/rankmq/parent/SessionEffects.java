// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Message;
import java.nio.ByteBuffer;
import java.util.List;

/** What {@link SessionCore} wants done. Called by the loop thread, inside a call of the core; must not call back into it. */
interface SessionEffects {

    /** What the data plane offers a rank that joins; nothing if there is none. */
    default ParentData.Offer offer(int rank, Message.Join join) {
        return ParentData.Offer.NONE;
    }

    /** Send to all ranks on PUB. */
    void broadcast(List<ByteBuffer> frames);

    /** Send to one rank on ROUTER. */
    void send(int rank, List<ByteBuffer> frames);

    /** For how long the silence of a rank has said something; see {@link io.rankmq.broker.SessionPort#reachableNanos}. */
    long reachableNanos();

    /** Have the parent's handlers handle an event of a rank; then call {@link SessionCore#eventHandled}. */
    void fireEvent(int rank, long seq, Message.Event event);

    /** A rank joined from this process. */
    void joined(int rank, String host, long pid);

    /** A rank's state, place or exit changed. */
    void rankChanged(RankInfo rank);

    /**
     * The session failed. Told once; whoever waits is answered only when {@link SessionCore#completeFailure} is called, so that the last
     * lines of the rank at fault can be waited for.
     */
    void failed(RankFailure failure);
}
