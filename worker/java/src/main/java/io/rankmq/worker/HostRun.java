// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.KeyFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of one host, for one session after another if wanted. Ranks end with the session that their document is of; when another document is
 * put in its place they are told to end too, for then their session is over.
 */
final class HostRun {
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final long GRACE_MILLIS = 5_000;

    private final HostOptions options;
    private final List<Process> ranks = new ArrayList<>();
    private @Nullable String served;
    private volatile boolean stopped;

    HostRun(HostOptions options) {
        this.options = options;
    }

    /** Returns the exit code. */
    int run() throws InterruptedException {
        int worst = ExitCode.CLOSED;
        do {
            String session = awaitDocument();
            if (session == null) {
                return stopped ? worst : notCome();
            }
            served = session;
            start(session);
            worst = awaitRanks();
            if (options.keep() && !stopped) {
                say("the ranks of session " + session + " have ended with code " + worst
                        + "; waiting for the next session");
            }
        } while (options.keep() && !stopped);
        return worst;
    }

    /** Tells the ranks to end and waits for them; kills those that do not. Any thread. */
    void stop() {
        stopped = true;
        List<Process> all;
        synchronized (ranks) {
            all = List.copyOf(ranks);
        }
        end(all);
    }

    private int notCome() {
        say("no bootstrap document came to " + options.bootstrap() + " within "
                + options.patience().toSeconds() + " s; is the parent running, and is it the same file?");
        return ExitCode.NOT_JOINED;
    }

    /** Session and incarnation of a document that was not served yet, or null if none came in time. */
    private @Nullable String awaitDocument() throws InterruptedException {
        long begun = System.nanoTime();
        say("waiting for the bootstrap document " + options.bootstrap());
        while (!stopped) {
            String session = sessionThere();
            if (session != null && !session.equals(served)) {
                return session;
            }
            boolean isLate = System.nanoTime() - begun >= options.patience().toNanos();
            if (isLate && !options.keep()) {
                return null;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        return null;
    }

    private @Nullable String sessionThere() {
        if (!Files.exists(options.bootstrap())) {
            return null;
        }
        try {
            BootstrapDocument document =
                    BootstrapDocument.load(options.bootstrap().toString());
            return document.session() + "/" + document.incarnation();
        } catch (KeyFileException e) {
            if (Files.exists(options.bootstrap())) {
                throw e;
            }
            // It was removed meanwhile.
            return null;
        }
    }

    private void start(String session) {
        say("starting " + options.slots() + " ranks for session " + session);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(options.jvmArgs());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        for (int slot = 0; slot < options.slots(); slot++) {
            ProcessBuilder rank = new ProcessBuilder(command).inheritIO();
            rank.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            rank.environment().remove(RankSettings.RANK);
            rank.environment().put(RankSettings.BOOTSTRAP, options.bootstrap().toString());
            rank.environment().put(RankSettings.SLOT, Integer.toString(slot));
            try {
                synchronized (ranks) {
                    ranks.add(rank.start());
                }
            } catch (IOException failed) {
                throw new SettingsException("a rank could not be started: " + failed.getMessage());
            }
        }
    }

    /** Exit code of the worst. */
    private int awaitRanks() throws InterruptedException {
        int worst = ExitCode.CLOSED;
        boolean told = false;
        for (Process rank : List.copyOf(ranks)) {
            while (!rank.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                String now = told ? null : sessionThere();
                if (now != null && !now.equals(served)) {
                    told = true;
                    say("session " + now + " takes the place of " + served + ", whose ranks are told to end");
                    end(List.copyOf(ranks));
                }
            }
            worst = Math.max(worst, rank.exitValue());
        }
        synchronized (ranks) {
            ranks.clear();
        }
        return worst;
    }

    private static void end(List<Process> all) {
        all.forEach(Process::destroy);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        try {
            for (Process rank : all) {
                if (!rank.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    rank.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            all.forEach(Process::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private static void say(String sentence) {
        System.err.println("rankmq worker: " + sentence);
    }
}
