// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs steps in an allocation, by srun. */
final class SlurmSteps {
    private final List<String> srun;
    private final Map<String, String> environment;
    private final Duration atMost;

    /** {@code srun} are the user's words for it, {@code environment} that of the allocation. */
    SlurmSteps(List<String> srun, Map<String, String> environment, Duration atMost) {
        this.srun = List.copyOf(srun);
        this.environment = Map.copyOf(environment);
        this.atMost = atMost;
    }

    /** The words that run a text, which they are sent first, as one task for each host that is named, in that order. */
    List<String> words(List<HostSlots> hostOfTask, int bytes) {
        List<String> words = new ArrayList<>(srun);
        words.addAll(List.of(
                "--label",
                "--ntasks=" + hostOfTask.size(),
                "--nodes=" + hostOfTask.stream().distinct().count(),
                "--distribution=arbitrary",
                "--nodelist=" + hostOfTask.stream().map(HostSlots::name).collect(Collectors.joining(",")),
                // A rank's end is told by us, and what follows from it is decided by the session.
                "--kill-on-bad-exit=0",
                "--wait=0",
                // Ranks join our session, not one of MPI; and they may share what other steps of this job use.
                "--mpi=none",
                "--overlap",
                "--overcommit"));
        words.addAll(ShellText.reader(bytes));
        return words;
    }

    /**
     * Whether all hosts of a plan can run their ranks.
     *
     * @return what each says, in the order of the plan's hosts
     * @throws LaunchException if one cannot; a sentence for each, one a line
     */
    List<Preflight.Answer> check(RemotePlan plan, String token) throws LaunchException {
        StringBuilder needs = new StringBuilder("token=\"$token-$SLURMD_NODENAME\"\ncase $SLURMD_NODENAME in\n");
        for (HostSlots host : plan.hosts()) {
            needs.append(ShellText.quoted(host.name()))
                    .append(")\n")
                    .append(plan.needs(host))
                    .append(":;;\n");
        }
        String text = new Preflight(token).text(needs + "esac\n");
        try {
            Question.Answer answer =
                    Question.ask(words(plan.hosts(), ShellText.bytes(text)), environment, text, atMost);
            String instead = answer.isInTime()
                    ? "Slurm could not run a step there (" + answer.lastLine() + "); see that 'srun hostname' works"
                    : "it did not answer within " + atMost.toSeconds()
                            + " s; see that 'srun hostname' works, or give it longer with launcher.host_timeout";
            return read(plan, token, answer.out(), instead);
        } catch (IOException e) {
            throw new LaunchException(
                    srun.get(0) + " cannot be run: " + e.getMessage() + "; install Slurm's commands", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the starting thread was interrupted while the hosts were asked", e);
        }
    }

    private static List<Preflight.Answer> read(RemotePlan plan, String token, String printed, String instead)
            throws LaunchException {
        List<Preflight.Answer> answers = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (HostSlots host : plan.hosts()) {
            try {
                answers.add(new Preflight(token + "-" + host.name()).read(printed, instead));
            } catch (LaunchException e) {
                faults.add("host " + host.name() + ": " + e.getMessage());
            }
        }
        if (!faults.isEmpty()) {
            throw new LaunchException(String.join("\n", faults));
        }
        return answers;
    }
}
