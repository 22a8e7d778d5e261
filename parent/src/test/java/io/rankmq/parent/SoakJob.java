// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ContextKeys;
import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A user who runs sessions one after another, at full speed, until the end, and counts: each task once in each rank and in order, each event
 * exactly once and in order, each reply the right one. When a rank is killed the session ends, and the job is started again.
 */
final class SoakJob {
    private static final int EVENTS = 5;
    private static final int TASKS_PER_SESSION = 400;
    private static final int WORLD_SIZE = 2;
    /** Longer than a broker's start takes on a machine that does other things, too. */
    private static final Duration LEASE = Duration.ofSeconds(20);

    private final BrokerProcess broker;
    private final CurveKeyPair key;
    private final List<TcpRelay> wires = new CopyOnWriteArrayList<>();
    private volatile Session running;
    private volatile boolean rankWasKilled;
    long tasks;
    long events;
    long sessions;
    long restarts;

    SoakJob(BrokerProcess broker, CurveKeyPair key) {
        this.broker = broker;
        this.key = key;
    }

    /** Runs sessions until that time of {@link System#nanoTime}. */
    void run(long end) throws Exception {
        while (System.nanoTime() - end < 0) {
            runSession(end);
        }
    }

    /** Cuts and mends the wires of the session that runs, if there are any. */
    void cutWires() throws IOException {
        for (TcpRelay wire : wires) {
            wire.cut();
        }
        for (TcpRelay wire : wires) {
            wire.mend();
        }
    }

    /** Kills one rank of the session that runs, if it is ready; false if there is none to kill. */
    boolean killRank(Random random) {
        Session session = running;
        if (session == null) {
            return false;
        }
        Long pid = session.ranks().get(random.nextInt(WORLD_SIZE)).pid();
        rankWasKilled = true;
        return pid != null
                && ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
    }

    private void runSession(long end) throws Exception {
        rankWasKilled = false;
        List<String> seenEvents = new CopyOnWriteArrayList<>();
        List<String> wantedTasks = new ArrayList<>();
        int storms = 0;
        try (Session session = start(seenEvents)) {
            running = session;
            sessions++;
            for (int i = 0; i < TASKS_PER_SESSION && System.nanoTime() - end < 0; i++) {
                boolean storm = i % 4 == 0;
                String task = storm ? "storm" : "echo";
                Shareable input = new Shareable().put("data", i).put("count", (long) EVENTS);
                wantedTasks.add(task + " " + i);
                Shareable reply = session.execute(task, input).orThrow().reply();
                if (!storm) {
                    assertThat(reply.get("back")).isEqualTo((long) i);
                }
                storms += storm ? 1 : 0;
                tasks++;
            }
            for (List<String> executed : StandaloneBrokerTest.executedByEachRank(session)) {
                assertThat(executed).isEqualTo(wantedTasks);
            }
            running = null;
        } catch (RankFailedException e) {
            if (!rankWasKilled) {
                throw e;
            }
            restarts++;
            // The storms that were told to be over; one more may have been under way.
            assertEvents(seenEvents, storms, storms + 1);
            return;
        } finally {
            running = null;
            for (TcpRelay wire : wires) {
                wire.close();
            }
            wires.clear();
        }
        assertEvents(seenEvents, storms, storms);
    }

    private Session start(List<String> seenEvents) {
        LocalLauncher ranks = LocalLauncher.java();
        return new RealRanks()
                .session(WORLD_SIZE)
                .limits(SessionLimits.DEFAULT.withLease(LEASE))
                .broker(BrokerAccess.standalone(broker.config(key, LEASE)))
                .launcher((request, listener) -> ranks.launch(LossTest.rewired(request, wires), listener))
                .handler((event, context) -> {
                    if (event.equals("storm")) {
                        seenEvents.add(context.get(ContextKeys.FROM_RANK_NUMBER) + " " + context.get("i"));
                    }
                })
                .start();
    }

    /** Each rank's events are those of so many storms, in order, none twice and none missing. */
    private void assertEvents(List<String> seen, int atLeast, int atMost) {
        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            String of = rank + " ";
            List<String> own =
                    seen.stream().filter(event -> event.startsWith(of)).toList();
            List<String> wanted = new ArrayList<>();
            for (int i = 0; i < own.size(); i++) {
                wanted.add(of + i % EVENTS);
            }
            assertThat(own).isEqualTo(wanted);
            assertThat(own).hasSizeBetween(rankWasKilled ? 0 : atLeast * EVENTS, atMost * EVENTS);
            events += own.size();
        }
    }
}
