// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import org.jspecify.annotations.Nullable;

/** What a {@link Gang} tells. Calls come from the launcher's threads and must return soon. */
public interface GangListener {

    /** In place of a rank: the launcher's own command, such as torchrun. */
    int LAUNCHER = -1;

    /**
     * How a process ended.
     *
     * @param rank the rank, or {@link #LAUNCHER}
     * @param host where it ran
     * @param pid its process id
     * @param exitCode its exit code, null if it cannot be known
     * @param signal number of the signal that ended it, null if none did or it cannot be known
     * @param lostWith why nothing can be known of it any more, as half a sentence; null: it ended
     */
    record Exit(
            int rank,
            String host,
            long pid,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable String lostWith) {

        /** The shell's convention, which Java keeps: what a signal ended has the signal's number plus this as its exit code. */
        private static final int SIGNAL_BASE = 128;

        /** There are no signals beyond. */
        private static final int LAST_SIGNAL = 64;

        /** Of a process that ended. */
        public Exit(int rank, String host, long pid, @Nullable Integer exitCode, @Nullable Integer signal) {
            this(rank, host, pid, exitCode, signal, null);
        }

        /** From an exit code in the manner of shells. */
        static Exit ofCode(int rank, String host, long pid, int code) {
            boolean signalled = code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL;
            return new Exit(rank, host, pid, code, signalled ? Integer.valueOf(code - SIGNAL_BASE) : null);
        }

        /** For a sentence: {@code exit code 3}, {@code signal 9 (SIGKILL)}, or {@code an unknown exit code}. */
        public String describe() {
            if (signal != null) {
                return "signal " + signal + nameOfSignal(signal);
            }
            return exitCode == null ? "an unknown exit code" : "exit code " + exitCode;
        }

        private static String nameOfSignal(int number) {
            return switch (number) {
                case 2 -> " (SIGINT)";
                case 6 -> " (SIGABRT)";
                case 9 -> " (SIGKILL)";
                case 11 -> " (SIGSEGV)";
                case 15 -> " (SIGTERM)";
                default -> "";
            };
        }
    }

    /** One line of output of a rank or of the launcher's command. */
    record Line(int rank, String host, boolean isError, String text) {}

    /** A process runs. */
    void onStarted(int rank, String host, long pid);

    /** A line of output, also written to the log folder. */
    void onOutput(Line line);

    /** A process ended. */
    void onExit(Exit exit);

    /** The log folder cannot be written any more; the sentence names the file and the reason. Told once. */
    void onLogFailure(String sentence);
}
