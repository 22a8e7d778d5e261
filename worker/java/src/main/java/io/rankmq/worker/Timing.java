// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.util.concurrent.TimeUnit;

/** The times of docs/protocol.md that no message tells a rank, in nanoseconds. */
final class Timing {
    /** In place of a deadline: none. */
    static final long NEVER = Long.MAX_VALUE;

    /** Between two JOINs. */
    static final long JOIN_EVERY = TimeUnit.MILLISECONDS.toNanos(500);

    /** No answer to JOIN for so long: new sockets. */
    static final long REBUILD_AFTER = TimeUnit.MILLISECONDS.toNanos(3000);

    /** No WELCOME for so long: the end. */
    static final long JOIN_DEADLINE = TimeUnit.SECONDS.toNanos(60);

    /** An ACK may wait so long for a message that carries it; the protocol allows 50 ms. */
    static final long ACK_DELAY = TimeUnit.MILLISECONDS.toNanos(25);

    /** The same RESEND is obeyed, and an unanswered event is sent again, not more often than this. */
    static final long OBEY_AGAIN = TimeUnit.MILLISECONDS.toNanos(50);

    /** An event that was acknowledged but not answered is sent again not more often than this. */
    static final long ASK_REPLY_AGAIN = TimeUnit.MILLISECONDS.toNanos(500);

    /** A rank that waits for the acknowledgement of its events before it leaves says so often how many there are. */
    static final long MARK_AGAIN = TimeUnit.MILLISECONDS.toNanos(200);

    /** The last word's acknowledgement is waited for so long. */
    static final long FAREWELL = TimeUnit.MILLISECONDS.toNanos(1000);

    /** What a rank that is told to terminate gives its running work. */
    static final long TERMINATE_GRACE = TimeUnit.MILLISECONDS.toNanos(2000);

    private Timing() {}

    static long millis(int millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** The earlier of two deadlines; {@link #NEVER} is later than any. */
    static long earlier(long a, long b) {
        if (a == NEVER || b == NEVER) {
            return a == NEVER ? b : a;
        }
        return a - b <= 0 ? a : b;
    }

    /** The later of two times that have been. */
    static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }

    /** Whether a deadline has come. */
    static boolean isDue(long deadline, long now) {
        return deadline != NEVER && deadline - now <= 0;
    }
}
