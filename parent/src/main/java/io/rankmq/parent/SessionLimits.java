// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.time.Duration;

/**
 * All times and sizes of a session in one place. Nothing waits without one of these.
 *
 * @param heartbeat how often parent and ranks say that they live
 * @param lease how long the other side may be silent before it counts as gone; twenty heartbeats, so that a long garbage collection or
 *     a busy machine ends no job. On this host the death of a process is seen at once by other means
 * @param joinTimeout from the launch until every rank has joined; covers the start of interpreters and containers
 * @param initializeTimeout for building components and START_RUN; covers imports of large frameworks
 * @param relayTimeout for the ranks' answer to an event
 * @param taskTimeout for a task that gives none itself
 * @param abortGrace for a running task to end after its abort signal
 * @param closeGrace for ranks to end after CLOSE
 * @param killGrace for processes to end after TERM, before KILL
 * @param eventWindow events of one rank that may wait for their acknowledgement; bounds the parent's memory
 */
public record SessionLimits(
        Duration heartbeat,
        Duration lease,
        Duration joinTimeout,
        Duration initializeTimeout,
        Duration relayTimeout,
        Duration taskTimeout,
        Duration abortGrace,
        Duration closeGrace,
        Duration killGrace,
        int eventWindow) {

    /** The defaults. */
    public static final SessionLimits DEFAULT = new SessionLimits(
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofHours(24),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            1024);

    /** Refuses what cannot work. */
    public SessionLimits {
        positive("heartbeat", heartbeat);
        positive("join_timeout", joinTimeout);
        positive("initialize_timeout", initializeTimeout);
        positive("relay_timeout", relayTimeout);
        positive("task_timeout", taskTimeout);
        positive("abort_grace", abortGrace);
        positive("close_grace", closeGrace);
        positive("kill_grace", killGrace);
        if (lease.compareTo(heartbeat.multipliedBy(3)) < 0) {
            throw new IllegalArgumentException(
                    "lease: " + lease + " is too short, expected at least three heartbeats of " + heartbeat);
        }
        if (eventWindow < 1 || eventWindow > 65_536) {
            throw new IllegalArgumentException("event_window: " + eventWindow + " was given, expected 1 to 65536");
        }
    }

    /** The same with another heartbeat. */
    public SessionLimits withHeartbeat(Duration value) {
        return new SessionLimits(
                value,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another lease. */
    public SessionLimits withLease(Duration value) {
        return new SessionLimits(
                heartbeat,
                value,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time to join. */
    public SessionLimits withJoinTimeout(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                value,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time to initialise. */
    public SessionLimits withInitializeTimeout(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                value,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time for the ranks' answer to an event. */
    public SessionLimits withRelayTimeout(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                value,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time for a task. */
    public SessionLimits withTaskTimeout(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                value,
                abortGrace,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time for an aborted task to end. */
    public SessionLimits withAbortGrace(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                value,
                closeGrace,
                killGrace,
                eventWindow);
    }

    /** The same with another time for ranks to end. */
    public SessionLimits withCloseGrace(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                value,
                killGrace,
                eventWindow);
    }

    /** The same with another time between TERM and KILL. */
    public SessionLimits withKillGrace(Duration value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                value,
                eventWindow);
    }

    /** The same with another event window. */
    public SessionLimits withEventWindow(int value) {
        return new SessionLimits(
                heartbeat,
                lease,
                joinTimeout,
                initializeTimeout,
                relayTimeout,
                taskTimeout,
                abortGrace,
                closeGrace,
                killGrace,
                value);
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + ": " + value + " was given, expected a time above 0");
        }
    }
}
