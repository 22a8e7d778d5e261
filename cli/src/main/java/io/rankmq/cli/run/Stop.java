// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.api.AbortSignal;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** That a run is to end before it is done, and why. Asked for once; later requests change nothing. Any thread. */
public final class Stop {
    private final AbortSignal signal = new AbortSignal();
    private final AtomicReference<@Nullable Reason> reason = new AtomicReference<>();

    /** Why. */
    public enum Reason {
        /** Ctrl-C. */
        INTERRUPT("Ctrl-C", ExitCode.INTERRUPTED),
        /** SIGTERM. */
        TERMINATE("SIGTERM", ExitCode.TERMINATED),
        /** SIGHUP: the terminal is gone. */
        HANGUP("SIGHUP", ExitCode.HANGUP),
        /** The job's time is up. */
        TIMEOUT("the job's time is up", ExitCode.JOB_FAILED);

        private final String text;
        private final int exitCode;

        Reason(String text, int exitCode) {
            this.text = text;
            this.exitCode = exitCode;
        }

        /** What the command line ends with. */
        public int exitCode() {
            return exitCode;
        }

        /** For a sentence. */
        public String text() {
            return text;
        }
    }

    /** Asks for the end; returns whether this was the first time. */
    public boolean request(Reason why) {
        if (!reason.compareAndSet(null, why)) {
            return false;
        }
        signal.trigger(why.text());
        return true;
    }

    /** Why the run is to end, or null: it may go on. */
    public @Nullable Reason reason() {
        return reason.get();
    }

    /** The same as a signal, for whoever waits. */
    public AbortSignal signal() {
        return signal;
    }
}
