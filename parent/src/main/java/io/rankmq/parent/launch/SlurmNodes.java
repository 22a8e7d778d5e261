// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The nodes of an allocation, as Slurm's variables tell them. */
final class SlurmNodes {
    static final String JOB_ID = "SLURM_JOB_ID";

    private static final String NODES = "SLURM_JOB_NODELIST";
    private static final String TASKS = "SLURM_TASKS_PER_NODE";
    private static final Duration SCONTROL_TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern REPEATED = Pattern.compile("(\\d+)(?:\\(x(\\d+)\\))?");

    private SlurmNodes() {}

    /**
     * The nodes in Slurm's order, each with its slots.
     *
     * @throws LaunchException if Slurm cannot be asked; one sentence
     */
    static List<HostSlots> of(Map<String, String> environment, SlurmSettings settings) throws LaunchException {
        List<String> names = names(environment);
        List<Integer> tasks = tasksPerNode(environment.getOrDefault(TASKS, ""));
        Integer given = settings.slots();
        List<HostSlots> hosts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int slots = given != null ? given : i < tasks.size() ? tasks.get(i) : 1;
            hosts.add(new HostSlots(names.get(i), slots, settings.devices()));
        }
        return hosts;
    }

    /** {@code 2(x3),1} means 2, 2, 2, 1. */
    static List<Integer> tasksPerNode(String text) {
        List<Integer> tasks = new ArrayList<>();
        Matcher matcher = REPEATED.matcher(text);
        while (matcher.find()) {
            int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
            for (int i = 0; i < times; i++) {
                tasks.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return tasks;
    }

    private static List<String> names(Map<String, String> environment) throws LaunchException {
        String list = environment.getOrDefault(NODES, "");
        try {
            Question.Answer answer =
                    Question.ask(List.of("scontrol", "show", "hostnames", list), environment, "", SCONTROL_TIMEOUT);
            List<String> names =
                    answer.out().lines().filter(line -> !line.isBlank()).toList();
            if (answer.code() != 0 || names.isEmpty()) {
                throw new LaunchException("scontrol does not tell the nodes of job " + environment.get(JOB_ID) + " ("
                        + answer.lastLine() + "); see that 'scontrol show hostnames' works in this allocation");
            }
            return names;
        } catch (IOException e) {
            throw new LaunchException("scontrol cannot be run: " + e.getMessage() + "; install Slurm's commands", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the starting thread was interrupted", e);
        }
    }
}
