// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who only passes messages on can tell of one: for a status, not for a decision.
 *
 * @param kind its kind's name
 * @param seq its number in its stream; 0: none
 * @param applied newest command that the rank has taken; -1: it does not say
 * @param newest newest message of a stream that the sender knows; -1: it does not say
 */
public record HeaderPeek(String kind, long seq, long applied, long newest) {

    /** Looks at a message's first frame; null if that is no header. */
    public static @Nullable HeaderPeek at(ByteBuffer frame) {
        try {
            HeaderReader header = new HeaderReader(frame);
            return new HeaderPeek(
                    header.text(Field.KIND),
                    header.has(Field.SEQ) ? header.number(Field.SEQ) : 0,
                    header.has(Field.APPLIED) ? header.count(Field.APPLIED) : -1,
                    header.has(Field.NEWEST) ? header.count(Field.NEWEST) : -1);
        } catch (ProtocolException noHeader) {
            return null;
        }
    }
}
