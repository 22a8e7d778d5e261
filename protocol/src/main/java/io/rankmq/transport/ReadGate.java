// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import org.jspecify.annotations.Nullable;

/** Whether one socket is read now. Loop thread only. */
final class ReadGate {
    private final ReadThrottle throttle;
    private final Inflow inflow;
    private final TokenBucket bucket;
    private final long bytesPerToken;
    private final Ticker ticker;
    private @Nullable PolledSocket held;
    private long heldSince;
    private long heldNanos;
    private Runnable onHeld = () -> {};

    ReadGate(ReadThrottle throttle, Inflow inflow, TokenBucket bucket, long bytesPerToken, Ticker ticker) {
        this.throttle = throttle;
        this.inflow = inflow;
        this.bucket = bucket;
        this.bytesPerToken = bytesPerToken;
        this.ticker = ticker;
    }

    boolean isOpen(PolledSocket socket) {
        if (held == null && bucket.isEmpty(ticker.nanos())) {
            held = socket;
            heldSince = ticker.nanos();
            inflow.hold(true);
            throttle.hold(this);
            onHeld.run();
        }
        return held == null;
    }

    void onHeld(Runnable listener) {
        onHeld = listener;
    }

    void taken(long bytes) {
        bucket.take(1 + bytes / bytesPerToken);
    }

    void open(long now) {
        PolledSocket socket = held;
        if (socket != null) {
            held = null;
            heldNanos += now - heldSince;
            inflow.hold(false);
            socket.markReady();
        }
    }

    /** For how long the socket was not read so far. */
    long heldNanos() {
        return heldNanos + (held == null ? 0 : ticker.nanos() - heldSince);
    }
}
