// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.GangListener;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.WireError;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sentences in which failures are told: who, where, what, and why. */
final class Failures {
    /** A worker's exit code when its lease is over. */
    private static final int PARENT_NOT_HEARD = 4;

    private Failures() {}

    static RankFailure exited(RankSlot slot, GangListener.Exit exit, @Nullable String running) {
        String lost = exit.lostWith();
        if (lost != null) {
            return of(ErrorCode.RANK_EXITED, slot, " was lost" + during(running) + ": " + lost, lost, null);
        }
        String how = exit.describe() + (didNotHear(exit) ? " (it did not hear its parent for a whole lease)" : "");
        return of(ErrorCode.RANK_EXITED, slot, " ended with " + how + during(running), how, null);
    }

    /** Whether the rank ended itself because its lease was over. */
    static boolean didNotHear(GangListener.Exit exit) {
        Integer code = exit.exitCode();
        return code != null && code == PARENT_NOT_HEARD;
    }

    static RankFailure silent(RankSlot slot, Duration lease, @Nullable String running) {
        String cause = "not heard for " + words(lease);
        return of(ErrorCode.RANK_SILENT, slot, " was " + cause + during(running), cause, null);
    }

    static RankFailure reported(RankSlot slot, WireError error, String doing) {
        String type = error.type();
        String cause = type == null || error.message().contains(type) ? error.message() : type + ": " + error.message();
        return of(error.code(), slot, " failed " + doing + ": " + cause, cause, error.trace());
    }

    static RankFailure notJoined(RankSlot slot, Duration limit, String missing) {
        String process = slot.exit() == null
                ? ""
                : "; its process ended with " + slot.exit().describe();
        String others = missing.contains(",") ? "; ranks " + missing + " are missing" : "";
        return of(ErrorCode.JOIN_TIMEOUT, slot, " did not join within " + words(limit) + process + others, null, null);
    }

    static RankFailure unanswered(ErrorCode code, RankSlot slot, String what, Duration limit, String missing) {
        String others = missing.contains(",") ? "; ranks " + missing + " have not ended it" : "";
        return of(code, slot, " did not end " + what + " within " + words(limit) + others, null, null);
    }

    static RankFailure sessionOver(String session) {
        return RankFailure.ofSession(ErrorCode.SESSION_CLOSED, "session " + session + " is over");
    }

    /** The launcher's command could not start the ranks, or, if some had joined, was lost with them. */
    static RankFailure launcherEnded(GangListener.Exit exit, boolean hadRanks) {
        return new RankFailure(
                hadRanks ? ErrorCode.RANK_EXITED : ErrorCode.LAUNCH_FAILED,
                "the launcher's command on host " + exit.host() + " (pid " + exit.pid() + ") ended with "
                        + exit.describe() + " before its ranks were done",
                RankFailure.NO_RANK,
                exit.host(),
                exit.pid(),
                exit.describe(),
                null,
                List.of());
    }

    /** A time for a sentence: {@code 1.5 s}, {@code 300 ms}. */
    static String words(Duration time) {
        long millis = time.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis / 1000.0 + " s";
    }

    private static String during(@Nullable String running) {
        return running == null ? " before its session was over" : " during " + running;
    }

    private static RankFailure of(
            ErrorCode code, RankSlot slot, String whatHappened, @Nullable String cause, @Nullable String trace) {
        return new RankFailure(
                code, slot.name() + whatHappened, slot.rank(), slot.host(), slot.pid(), cause, trace, List.of());
    }
}
