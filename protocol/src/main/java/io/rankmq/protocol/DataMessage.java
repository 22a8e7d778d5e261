// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;

/** What peers say to each other on the data port (docs/protocol.md, section 12.3). */
public sealed interface DataMessage {

    /** A rank can be reached now. */
    record Hello() implements DataMessage {}

    /** Send these bytes of a value. */
    record Fetch(Digest digest, long offset, int length) implements DataMessage {}

    /** Bytes of a value; {@code sum} is their XXH3-64. */
    record Chunk(Digest digest, long offset, long sum, ByteBuffer payload) implements DataMessage {}

    /** The value is not there, or not any more. */
    record Gone(Digest digest, String reason) implements DataMessage {
        /** Cuts the reason to what may travel. */
        public Gone {
            reason = Text.head(reason, Limits.TEXT_CHARACTERS);
        }
    }
}
