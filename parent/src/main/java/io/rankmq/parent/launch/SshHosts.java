// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks hosts over ssh, all at once. */
final class SshHosts {
    private static final int AT_ONCE = 32;

    /** ssh says so itself when it could not connect. */
    private static final int SSH_FAILED = 255;

    private static final Duration CONFIG_TIMEOUT = Duration.ofSeconds(10);

    private final List<String> ssh;
    private final Map<String, String> environment;
    private final Duration atMost;

    SshHosts(List<String> ssh, Map<String, String> environment, Duration atMost) {
        this.ssh = List.copyOf(ssh);
        this.environment = Map.copyOf(environment);
        this.atMost = atMost;
    }

    /** The words that run a text, which they are sent first, on a host. */
    List<String> words(HostSlots host, int bytes) {
        List<String> words = new ArrayList<>(ssh);
        // No terminal; never a question that nobody answers.
        words.addAll(List.of("-T", "-o", "BatchMode=yes", host.target()));
        words.add("exec " + ShellText.quoted(ShellText.reader(bytes)));
        return words;
    }

    /**
     * Whether all hosts of a plan can run their ranks.
     *
     * @return what each says, in the order of the plan's hosts
     * @throws LaunchException if one cannot; a sentence for each, one a line
     */
    List<Preflight.Answer> check(RemotePlan plan, Preflight preflight) throws LaunchException {
        List<HostSlots> hosts = plan.hosts();
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, hosts.size()), work -> {
            Thread thread = new Thread(work, "rankmq-preflight");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Preflight.Answer>> asked = hosts.stream()
                    .map(host -> threads.submit(() -> check(host, preflight.text(plan.needs(host)), preflight)))
                    .toList();
            return answers(hosts, asked);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the starting thread was interrupted while the hosts were asked", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** What ssh takes the host's name for: its own configuration may give another. */
    String address(HostSlots host) throws LaunchException {
        List<String> words = new ArrayList<>(ssh);
        words.addAll(List.of("-G", host.target()));
        try {
            Question.Answer answer = Question.ask(words, environment, "", CONFIG_TIMEOUT);
            return answer.out()
                    .lines()
                    .filter(line -> line.startsWith("hostname "))
                    .map(line -> line.substring("hostname ".length()).strip())
                    .findFirst()
                    .orElse(host.name());
        } catch (IOException e) {
            throw new LaunchException(ssh.get(0) + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the starting thread was interrupted", e);
        }
    }

    private static List<Preflight.Answer> answers(List<HostSlots> hosts, List<Future<Preflight.Answer>> asked)
            throws LaunchException, InterruptedException {
        List<Preflight.Answer> answers = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            try {
                answers.add(asked.get(i).get());
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                faults.add("host " + hosts.get(i).name() + ": " + cause.getMessage());
            }
        }
        if (!faults.isEmpty()) {
            throw new LaunchException(String.join("\n", faults));
        }
        return answers;
    }

    private Preflight.Answer check(HostSlots host, String text, Preflight preflight)
            throws LaunchException, InterruptedException {
        try {
            Question.Answer answer = Question.ask(words(host, ShellText.bytes(text)), environment, text, atMost);
            String how = String.join(" ", ssh) + " " + host.target() + " true";
            if (!answer.isInTime()) {
                throw new LaunchException("it did not answer within " + atMost.toSeconds() + " s; see that '" + how
                        + "' works, or give it longer with launcher.host_timeout");
            }
            if (answer.code() == SSH_FAILED) {
                throw new LaunchException("ssh cannot reach it (" + answer.lastLine() + "); see that '" + how
                        + "' works without a password");
            }
            return preflight.read(
                    answer.out(),
                    "it has no shell that can start ranks (" + answer.lastLine() + "); give it a POSIX sh");
        } catch (IOException e) {
            throw new LaunchException(ssh.get(0) + " cannot be run: " + e.getMessage(), e);
        }
    }
}
