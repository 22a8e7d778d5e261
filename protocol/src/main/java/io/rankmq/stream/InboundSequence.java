// SPDX-License-Identifier: Apache-2.0
package io.rankmq.stream;

/**
 * The receiving end of a numbered stream: takes messages in order, drops repeats, and knows what to ask for. Used by the loop thread
 * only; times are nanoseconds of any monotonic source.
 */
public final class InboundSequence {

    /** What to do with a message. */
    public enum Verdict {
        /** It is the next one; it is taken. */
        NEXT,
        /** It was taken before; drop it and acknowledge again. */
        REPEAT,
        /** One before it is missing; drop it and ask. */
        GAP
    }

    /** The same number is not asked for more often than this. */
    public static final long ASK_AGAIN_NANOS = 50_000_000L;

    private long taken;
    private long askedFor;
    private long askedAt;
    private long repeats;
    private long gaps;

    /** A stream from its beginning. */
    public InboundSequence() {}

    /** Looks at the number of a message that arrived, and takes it if it is the next one. */
    public Verdict offer(long seq) {
        if (seq == taken + 1) {
            taken = seq;
            return Verdict.NEXT;
        }
        if (seq <= taken) {
            repeats++;
            return Verdict.REPEAT;
        }
        gaps++;
        return Verdict.GAP;
    }

    /** Everything up to here is taken. */
    public long taken() {
        return taken;
    }

    /** Whether something up to {@code newest} is missing. */
    public boolean isBehind(long newest) {
        return newest > taken;
    }

    /** Whether to ask for {@code taken() + 1} now; remembers that it was asked for. */
    public boolean mayAsk(long nowNanos) {
        long wanted = taken + 1;
        if (wanted == askedFor && nowNanos - askedAt < ASK_AGAIN_NANOS) {
            return false;
        }
        askedFor = wanted;
        askedAt = nowNanos;
        return true;
    }

    /** How many messages came more than once. */
    public long repeats() {
        return repeats;
    }

    /** How many messages were dropped because one before them was missing. */
    public long gaps() {
        return gaps;
    }
}
