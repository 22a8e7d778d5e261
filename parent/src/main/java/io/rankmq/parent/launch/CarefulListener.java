// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.concurrent.atomic.AtomicBoolean;

/** Calls a user's listener so that what it throws is seen, and ends no thread of ours. Tells one failure of the logs only. */
final class CarefulListener implements GangListener {
    private final GangListener listener;
    private final AtomicBoolean logFailureTold = new AtomicBoolean();

    CarefulListener(GangListener listener) {
        this.listener = listener;
    }

    @Override
    public void onStarted(int rank, String host, long pid) {
        call(() -> listener.onStarted(rank, host, pid));
    }

    @Override
    public void onOutput(Line line) {
        call(() -> listener.onOutput(line));
    }

    @Override
    public void onExit(Exit exit) {
        call(() -> listener.onExit(exit));
    }

    @Override
    public void onLogFailure(String sentence) {
        if (logFailureTold.compareAndSet(false, true)) {
            call(() -> listener.onLogFailure(sentence));
        }
    }

    private static void call(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }
}
