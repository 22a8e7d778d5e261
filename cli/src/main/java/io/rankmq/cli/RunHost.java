// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.job.Job;
import io.rankmq.cli.python.PythonException;
import io.rankmq.cli.python.PythonSetup;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.cli.run.JobRun;
import io.rankmq.cli.run.RunEvent;
import io.rankmq.cli.run.RunException;
import io.rankmq.cli.run.RunSettings;
import io.rankmq.cli.run.Stop;
import io.rankmq.cli.view.Announcer;
import io.rankmq.cli.view.CapturedStream;
import io.rankmq.cli.view.Terminal;
import io.rankmq.cli.view.Views;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a job in this process: wires the run to the terminal, to the two output streams, and to the signals. */
final class RunHost {
    /** After the ranks were killed, the session needs no longer than this to end. */
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    private final Job job;
    private final RunSettings settings;
    private final Views.Form form;
    private final boolean noColour;
    private final Stop stop = new Stop();

    RunHost(Job job, RunSettings settings, Views.Form form, boolean noColour) {
        this.job = job;
        this.settings = settings;
        this.form = form;
        this.noColour = noColour;
    }

    /** Runs the job; returns the exit code. */
    int run() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        Terminal terminal = Terminal.detect();
        Signals.on("WINCH", terminal::resized);
        try (Announcer announcer = new Announcer(Views.of(form, noColour, terminal, out, err));
                PrintStream capturedOut = CapturedStream.of(announcer, false);
                PrintStream capturedErr = CapturedStream.of(announcer, true)) {
            System.setOut(capturedOut);
            if (form == Views.Form.TEXT) {
                System.setErr(capturedErr);
            }
            return run(announcer, err);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private int run(Announcer announcer, PrintStream err) {
        try {
            JobRun run = new JobRun(job, settings, announcer, stop);
            catchSignals(run, announcer);
            PythonSetup.prepare(job, sentence -> announcer.on(new RunEvent.Preparing(sentence)), stop.signal());
            return run.run();
        } catch (PythonException e) {
            return end(err, String.valueOf(e.getMessage()), ExitCode.RANKS_LOST);
        } catch (RunException e) {
            return end(err, String.valueOf(e.getMessage()), e.exitCode());
        }
    }

    private int end(PrintStream err, String sentence, int exitCode) {
        Stop.Reason stopped = stop.reason();
        err.println("rankmq: " + sentence);
        return stopped == null ? exitCode : stopped.exitCode();
    }

    private void catchSignals(JobRun run, Announcer announcer) {
        onSignal("INT", Stop.Reason.INTERRUPT, run, announcer);
        onSignal("TERM", Stop.Reason.TERMINATE, run, announcer);
        onSignal("HUP", Stop.Reason.HANGUP, run, announcer);
    }

    private void onSignal(String name, Stop.Reason why, JobRun run, Announcer announcer) {
        Signals.on(name, () -> {
            if (stop.reason() != why && stop.request(why)) {
                announcer.on(
                        new RunEvent.Note("RankMQ: " + why.text() + ": ending the job; once more kills its ranks"));
                return;
            }
            announcer.on(new RunEvent.Note("RankMQ: killing the ranks"));
            run.killRanks();
            // Should the session not end even so, this process must.
            CompletableFuture.delayedExecutor(AFTER_KILL.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> Runtime.getRuntime().halt(why.exitCode()));
        });
    }
}
