// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.EventTypes;
import io.rankmq.api.ReturnCode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that run or wait in this rank, and the reports about them, up to the last word. Loop thread only. */
final class RankWork {
    private final int rank;
    private final CommandIntake intake;
    private final ReportLog reports;
    private final Outbox out;
    private final CommandSchedule schedule = new CommandSchedule();
    private boolean sawInitialise;
    private boolean silent;

    RankWork(int rank, RankStreams streams, Outbox out) {
        this.rank = rank;
        this.intake = streams.commands();
        this.reports = streams.reports();
        this.out = out;
    }

    /** Takes the next INITIALIZE, EXECUTE or HANDLE_EVENT, and starts it if its turn has come. */
    void add(long seq, Message message) {
        schedule.add(seq, message);
        startWhatMay();
    }

    /** Answers tasks that wait, and tells the one that runs; null: all of them. */
    void abort(@Nullable String task, String reason) {
        schedule.withdraw(task).forEach(this::aborted);
        if (schedule.isRunning(task)) {
            out.add(new RankAction.RaiseAbort(reason));
        }
        startWhatMay();
    }

    /** As {@link #abort} of all tasks; besides, only events that wait are started from now on. */
    void stop(String reason) {
        schedule.withdrawInitialise();
        abort(null, reason);
    }

    void initialised(@Nullable WireError error, Body changes) {
        schedule.initialised();
        report(new Message.Initialized(intake.carry(), error, changes));
        startWhatMay();
    }

    void taskDone(ReturnCode code, @Nullable WireError error, Body body) {
        Message.Execute done = schedule.taskDone();
        if (done != null) {
            report(new Message.Result(intake.carry(), done.task(), code.name(), error, body));
        }
        startWhatMay();
    }

    void eventHandled(long command, @Nullable WireError error, Body changes) {
        schedule.eventHandled();
        report(new Message.EventHandled(intake.carry(), command, error, changes));
        startWhatMay();
    }

    /** Whether nothing runs and nothing will. */
    boolean isIdle() {
        return schedule.isIdle();
    }

    /** Sends the last report of this rank; its number. What still ends is not reported. */
    long lastWord(Message report) {
        silent = true;
        return reports.send(report, out);
    }

    private void startWhatMay() {
        boolean again = !silent;
        while (again) {
            again = false;
            for (CommandSchedule.Command command : schedule.start()) {
                again |= !start(command.seq(), command.message());
            }
        }
    }

    /** Starts a command; false if it was answered at once. */
    private boolean start(long seq, Message message) {
        if (message instanceof Message.Execute task) {
            out.add(new RankAction.StartTask(task.task(), task.name(), isWanted(task.reply()), task.body()));
        } else if (message instanceof Message.HandleEvent event) {
            if (event.event().equals(EventTypes.START_RUN)) {
                // It was fired inside INITIALIZE.
                schedule.eventHandled();
                report(new Message.EventHandled(intake.carry(), seq, null, Body.NONE));
                return false;
            }
            out.add(new RankAction.StartEvent(seq, event.event(), isWanted(event.reply()), event.body()));
        } else if (sawInitialise) {
            schedule.initialised();
            WireError error = WireError.of(ErrorCode.FORBIDDEN, "this rank is initialised already");
            report(new Message.Initialized(intake.carry(), error, Body.NONE));
            return false;
        } else {
            sawInitialise = true;
            out.add(new RankAction.StartInitialise(message.body()));
        }
        return true;
    }

    private boolean isWanted(@Nullable List<Integer> reply) {
        return reply == null || reply.contains(rank);
    }

    private void aborted(Message.Execute task) {
        String code = ReturnCode.TASK_ABORTED.name();
        report(new Message.Result(intake.carry(), task.task(), code, null, Body.NONE));
    }

    private void report(Message report) {
        if (!silent) {
            reports.send(report, out);
        }
    }
}
