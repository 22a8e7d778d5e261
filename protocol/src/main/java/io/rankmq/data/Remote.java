// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.api.AbortSignal;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Brings values from the peer that has them, when they cannot be found on this host. */
public interface Remote {

    /** Where the bytes go, in any order. */
    interface Sink {
        /** Takes some bytes, which are its own only during the call. */
        void write(long offset, ByteBuffer bytes) throws IOException;
    }

    /**
     * Brings a value and waits for it; not from a loop thread.
     *
     * @param from the rank that has it, or -1 for the parent
     * @param abort ends the wait early, if given
     * @throws ProtocolException DATA_UNAVAILABLE, with a sentence that says why
     */
    void bring(DataRef value, int from, Sink sink, @Nullable AbortSignal abort) throws ProtocolException;
}
