// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that Slurm gave us. One that we are in already is only used; one that we ask for is held by a salloc whose command ends when its
 * standard input does, so it goes when we go, however that is.
 */
final class SlurmAllocation implements AutoCloseable {
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration HOLDER_TIMEOUT = Duration.ofSeconds(1);
    private static final long POLL_MILLIS = 20;
    private static final String READY = "rankmq-allocated";
    private static final String HOLD = "env; echo " + READY + "; exec cat >/dev/null";

    private final Map<String, String> environment;
    private final @Nullable Process holder;

    private SlurmAllocation(Map<String, String> environment, @Nullable Process holder) {
        this.environment = Map.copyOf(environment);
        this.holder = holder;
    }

    /** Whether these variables are those of an allocation. */
    static boolean isInside(Map<String, String> environment) {
        return !environment.getOrDefault(SlurmNodes.JOB_ID, "").isEmpty();
    }

    /** The one that we are in. */
    static SlurmAllocation around(Map<String, String> environment) {
        return new SlurmAllocation(environment, null);
    }

    /**
     * Asks for one, and waits until Slurm gives it.
     *
     * @throws LaunchException if it does not; one sentence
     */
    static SlurmAllocation make(
            Map<String, String> environment, SlurmSettings settings, String name, int nodes, int tasksPerNode)
            throws LaunchException {
        List<String> words = new ArrayList<>(List.of(
                "salloc", "--quiet", "--job-name=" + name, "--nodes=" + nodes, "--ntasks-per-node=" + tasksPerNode));
        words.addAll(settings.options());
        words.addAll(List.of("sh", "-c", HOLD));
        Process holder = null;
        boolean complete = false;
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.environment().clear();
            builder.environment().putAll(environment);
            holder = builder.start();
            Map<String, String> all = new HashMap<>(environment);
            all.putAll(await(holder, settings.allocationTimeout()));
            complete = true;
            return new SlurmAllocation(all, holder);
        } catch (IOException e) {
            throw new LaunchException("salloc cannot be run: " + e.getMessage() + "; install Slurm's commands", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the starting thread was interrupted while Slurm was asked for nodes", e);
        } finally {
            if (!complete && holder != null) {
                holder.destroy();
            }
        }
    }

    /** All variables for commands that use it. */
    Map<String, String> environment() {
        return environment;
    }

    /** Gives it back, if it was made for us. */
    @Override
    public void close() {
        Process held = holder;
        if (held == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        boolean given = false;
        try {
            held.getOutputStream().close();
        } catch (IOException e) {
            // It ended before.
        }
        try {
            // If somebody killed salloc, nobody else gives it back.
            Question.Answer answer = Question.ask(
                    List.of("scancel", "--quiet", String.valueOf(environment.get(SlurmNodes.JOB_ID))),
                    environment,
                    "",
                    CANCEL_TIMEOUT);
            given = answer.code() == 0;
            held.waitFor((given ? HOLDER_TIMEOUT : CANCEL_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            // There was a salloc, so there is a scancel; at the latest Slurm's own limit ends the job.
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (given) {
            // It says goodbye to a controller that may wait for a node which does not answer; there is nothing left to
            // give back.
            held.destroyForcibly();
        } else {
            held.destroy();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> await(Process holder, Duration atMost)
            throws IOException, InterruptedException, LaunchException {
        long deadline = System.nanoTime() + atMost.toNanos();
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        while (out.indexOf(READY + "\n") < 0) {
            boolean ended = !holder.isAlive();
            read(holder.getInputStream(), out);
            read(holder.getErrorStream(), err);
            if (ended) {
                throw new LaunchException("Slurm gives no nodes: "
                        + new Question.Answer(holder.exitValue(), "", err.toString()).lastLine()
                        + "; correct launcher.options");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new LaunchException("Slurm gave no nodes within " + atMost.toSeconds()
                        + " s; wait until it has some, or give it longer with launcher.allocation_timeout");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        Map<String, String> variables = new HashMap<>();
        out.toString()
                .lines()
                .filter(line -> line.startsWith("SLURM_") && line.indexOf('=') > 0)
                .forEach(line ->
                        variables.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return variables;
    }

    private static void read(InputStream in, StringBuilder to) throws IOException {
        int there = in.available();
        if (there > 0) {
            to.append(new String(in.readNBytes(there), StandardCharsets.UTF_8));
        }
    }
}
