// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks hosts to end and remove what agents left that did not tell their end: sweep.sh. Most often they did it themselves, or will when the lease is over;
 * but whoever kills a whole Slurm step kills those who would have.
 */
final class Sweep {

    /** The words that run a text, which they are sent first, on a host. */
    interface Way {
        List<String> words(HostSlots host, int bytes);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    /** The session waits for it, so it is short: an ssh to a host that is there, or a step of Slurm, takes a tenth of that. */
    private static final Duration AT_MOST = Duration.ofSeconds(3);

    private final AgentText texts;
    private final Way way;
    private final Map<String, String> environment;

    Sweep(AgentText texts, Way way, Map<String, String> environment) {
        this.texts = texts;
        this.way = way;
        this.environment = Map.copyOf(environment);
    }

    /** Returns when all hosts have done it, or {@link #AT_MOST} is over; of those that did not, the log tells. Names are those of agents. */
    void sweep(Map<HostSlots, List<String>> namesOfHost) {
        List<Thread> threads = new ArrayList<>();
        namesOfHost.forEach((host, names) -> {
            Thread thread = new Thread(() -> sweep(host, texts.ofSweep(names)), "rankmq-sweep-" + host.name());
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        });
        boolean interrupted = Thread.interrupted();
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    // Ends by itself, as its question does.
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(HostSlots host, String text) {
        String problem;
        try {
            Question.Answer answer = Question.ask(way.words(host, ShellText.bytes(text)), environment, text, AT_MOST);
            if (answer.code() == 0) {
                return;
            }
            problem = answer.isInTime() ? answer.lastLine() : "no answer in " + AT_MOST.toSeconds() + " s";
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            problem = "interrupted";
        }
        LOG.warn(
                "host {} could not be asked to remove what its ranks may have left ({}); their agents do it when the lease is over, if nobody killed them",
                host.name(),
                problem);
    }
}
