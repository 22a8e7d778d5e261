// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.cli.job.Durations;
import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.JobClasspath;
import io.rankmq.cli.job.Launchers;
import io.rankmq.cli.run.Report.ErrorEntry;
import io.rankmq.cli.run.Report.TaskEntry;
import io.rankmq.component.AllowList;
import io.rankmq.component.ComponentBuilder;
import io.rankmq.component.ComponentException;
import io.rankmq.parent.RankFailedException;
import io.rankmq.parent.RankFailure;
import io.rankmq.parent.Session;
import io.rankmq.parent.SessionBuilder;
import io.rankmq.parent.SessionStats;
import io.rankmq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import org.jspecify.annotations.Nullable;

/** One run of a job, from its handlers to its report. Runs in the caller's thread, once. */
public final class JobRun {
    private static final long TRANSFERS_EVERY_MILLIS = 500;

    private final Job job;
    private final RunSettings settings;
    private final RunWatcher watcher;
    private final Stop stop;
    private final String session;
    private final RankWatch ranks;
    private final EndableLauncher launcher;
    private final TransferMeter transfers = new TransferMeter();
    private Instant startedAt = Instant.now();
    private long startedNanos = System.nanoTime();
    private final List<TaskEntry> rounds = new ArrayList<>();
    private @Nullable ErrorEntry error;
    private int exitCode = ExitCode.OK;
    private SessionStats stats = new SessionStats(0, 0, 0, 0, 0, 0, 0, 0);

    /**
     * A run.
     *
     * @param job what to run
     * @param settings how
     * @param watcher told what happens
     * @param stop asked to end the run before it is done
     */
    public JobRun(Job job, RunSettings settings, RunWatcher watcher, Stop stop) {
        this.job = job;
        this.settings = settings;
        this.watcher = watcher;
        this.stop = stop;
        session = SessionNames.next(job.name(), startedAt);
        ranks = new RankWatch(watcher);
        launcher = new EndableLauncher(Launchers.create(job));
    }

    /** Kills the ranks at once; the run then ends like any other. Any thread. */
    public void killRanks() {
        launcher.kill();
    }

    /**
     * Runs the job. When this returns, no process of it is left and the report is written.
     *
     * @return the exit code
     * @throws RunException if it could not begin
     */
    public int run() throws RunException {
        startedAt = Instant.now();
        startedNanos = System.nanoTime();
        try (JobClasspath classpath = new JobClasspath(job.classpath())) {
            Map<String, Object> handlers = buildHandlers(classpath);
            RunFolder folder = prepareFolder();
            return run(handlers, folder);
        } catch (IOException e) {
            throw new RunException(ExitCode.JOB_FAILED, "the job's class path cannot be closed: " + e.getMessage());
        }
    }

    private int run(Map<String, Object> handlers, RunFolder folder) throws RunException {
        watcher.on(new RunEvent.SessionBegun(session, job.name(), job.worldSize(), job.totalRounds(), folder.path()));
        Timer timer = new Timer("rankmq-clock", true);
        Duration timeout = settings.timeout();
        if (timeout != null) {
            timer.schedule(task(() -> stop.request(Stop.Reason.TIMEOUT)), timeout.toMillis());
        }
        try {
            Session started = builder(handlers, folder).start();
            timer.schedule(task(() -> measure(started)), TRANSFERS_EVERY_MILLIS, TRANSFERS_EVERY_MILLIS);
            work(started, handlers);
        } catch (RankFailedException e) {
            fail(e.failure());
        } catch (IllegalArgumentException e) {
            throw new RunException(ExitCode.BAD_INPUT, job.file() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            fail(JobFailure.of(ErrorCode.INTERNAL, "the session broke: " + e, e).failure());
        } finally {
            timer.cancel();
        }
        return finish(folder);
    }

    private void work(Session started, Map<String, Object> handlers) {
        try (started) {
            RunWatcher recorder = event -> record(event, started);
            new TaskLoop(started::newContext, started::execute, handlers, recorder, stop).run(job.tasks());
        } catch (JobFailure e) {
            fail(e.failure());
        } catch (RuntimeException e) {
            fail(JobFailure.of(ErrorCode.INTERNAL, "the run broke: " + e, e).failure());
        }
        stats = started.stats();
        started.ranks().forEach(ranks::remember);
    }

    private void measure(Session started) {
        transfers.sample(started.dataStats(), System.nanoTime(), watcher::on);
    }

    private static TimerTask task(Runnable work) {
        return new TimerTask() {
            @Override
            public void run() {
                work.run();
            }
        };
    }

    private void record(RunEvent event, Session started) {
        if (event instanceof RunEvent.RoundEnded ended) {
            rounds.add(ended.round());
            transfers.roundEnded(started.dataStats(), System.nanoTime(), watcher::on);
        }
        watcher.on(event);
    }

    /** The first failure counts, and none that only follows from the run being stopped. */
    private void fail(RankFailure failure) {
        if (error == null && stop.reason() == null) {
            error = ErrorEntry.of(failure);
            exitCode = ExitCode.of(failure.code());
            watcher.on(new RunEvent.Failed(error));
        }
    }

    private SessionBuilder builder(Map<String, Object> handlers, RunFolder folder) throws RunException {
        SessionBuilder builder = Session.builder()
                .id(session)
                .worldSize(job.worldSize())
                .executor(job.executor())
                .allow(job.allow())
                .launcher(launcher)
                .broker(settings.broker())
                .logDirectory(settings.logDirectory().toAbsolutePath().normalize())
                .limits(job.limits())
                .maxRestarts(job.maxRestarts())
                .data(job.data())
                .listener(ranks)
                .abort(stop.signal())
                .property(ContextKeys.RUN_DIRECTORY, folder.path().toString(), Context.Mark.PRIVATE);
        job.components().forEach(builder::component);
        handlers.values().stream()
                .filter(EventHandler.class::isInstance)
                .map(EventHandler.class::cast)
                .forEach(builder::handler);
        return builder;
    }

    private int finish(RunFolder folder) {
        Stop.Reason stopped = stop.reason();
        if (error == null && stopped == Stop.Reason.TIMEOUT) {
            error = ErrorEntry.of(RankFailure.ofSession(ErrorCode.TASK_TIMEOUT, timeoutSentence()));
            exitCode = ExitCode.JOB_FAILED;
            watcher.on(new RunEvent.Failed(error));
        } else if (error == null && stopped != null) {
            exitCode = stopped.exitCode();
        }
        Outcome outcome = error != null ? Outcome.FAILED : stopped != null ? Outcome.ABORTED : Outcome.OK;
        Report report = report(outcome, folder);
        watcher.on(new RunEvent.Finished(report, folder.path(), write(report, folder)));
        return exitCode;
    }

    private String timeoutSentence() {
        String where = rounds.isEmpty()
                ? "before the first round ended"
                : "after round " + rounds.get(rounds.size() - 1).round() + " of task '"
                        + rounds.get(rounds.size() - 1).name() + "'";
        Duration timeout = settings.timeout();
        return "the job's time of " + (timeout == null ? "" : Durations.show(timeout)) + " was up " + where
                + "; --timeout gives it more";
    }

    private Report report(Outcome outcome, RunFolder folder) {
        return new Report(
                Versions.rankmq(),
                session,
                job.name(),
                outcome,
                job.worldSize(),
                startedAt.truncatedTo(ChronoUnit.MILLIS).toString(),
                Duration.ofNanos(System.nanoTime() - startedNanos).toMillis(),
                List.copyOf(rounds),
                ranks.attempts(outcome, error),
                ranks.ranks().stream().map(Report.RankEntry::of).toList(),
                new Report.Events(stats.eventsUp(), stats.eventsDown()),
                Report.Counters.of(stats),
                folder.files(),
                error);
    }

    /** Writes report and errors; returns where the report is, or null if it could not be written. */
    private @Nullable Path write(Report report, RunFolder folder) {
        Path file = settings.report() == null ? folder.report() : settings.report();
        try {
            for (Report.AttemptEntry attempt : report.attempts()) {
                ErrorEntry failure = attempt.error();
                if (failure != null && failure.rank() != null) {
                    folder.writeError(attempt.attempt(), failure.rank(), failure);
                }
            }
            RunFolder.write(file, ReportJson.text(report));
            return file;
        } catch (IOException e) {
            watcher.on(new RunEvent.Note("rankmq: the report cannot be written to " + file + ": " + e.getMessage()));
            exitCode = exitCode == ExitCode.OK ? ExitCode.JOB_FAILED : exitCode;
            return null;
        }
    }

    private Map<String, Object> buildHandlers(JobClasspath classpath) throws RunException {
        try {
            return new ComponentBuilder(AllowList.of(job.allow()), classpath.loader(), ComponentBuilder.JAVA)
                    .buildAll(job.handlers());
        } catch (ComponentException e) {
            throw new RunException(ExitCode.BAD_INPUT, job.file() + ": handlers: " + e.getMessage());
        }
    }

    private RunFolder prepareFolder() throws RunException {
        try {
            Path report = settings.report();
            if (report != null && report.toAbsolutePath().getParent() != null) {
                Files.createDirectories(report.toAbsolutePath().getParent());
            }
            return RunFolder.create(settings.logDirectory(), session);
        } catch (IOException e) {
            throw new RunException(
                    ExitCode.JOB_FAILED,
                    "the folder of the run cannot be made: " + why(e) + "; choose another with --log-dir or --report");
        }
    }

    /** Java's exceptions of files say what and why in different places. */
    private static String why(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        if (e instanceof FileAlreadyExistsException taken) {
            return taken.getFile() + " is there already, and is no folder";
        }
        return String.valueOf(e.getMessage());
    }
}
