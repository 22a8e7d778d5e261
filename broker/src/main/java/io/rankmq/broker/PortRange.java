// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.TransportException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ports that may be taken, three neighbours at a time.
 *
 * @param first the first one; 0: any free ones
 * @param last the last one
 */
public record PortRange(int first, int last) {

    /** Whatever the system gives. */
    public static final PortRange ANY = new PortRange(0, 0);

    /** For a session: its commands, events and control. */
    public static final int PORTS = 3;

    private static final int ATTEMPTS = 64;

    /** Refuses what is no range. */
    public PortRange {
        if (first < 0 || last > 65_535 || first > last) {
            throw new IllegalArgumentException("no range of ports: " + first + "-" + last);
        }
    }

    /**
     * Tries neighbours until all three can be bound, beginning at one chosen at random: so the sessions of two broker hosts seldom meet.
     *
     * @param random any number
     * @param bind binds a port and the next two, given the first, or throws a {@link TransportException}
     * @throws BrokerException if none was free
     */
    <T> T bind(int random, IntFunction<T> bind) {
        if (first == 0) {
            return bind.apply(0);
        }
        int count = (last - first + 1) / PORTS;
        @Nullable TransportException reason = null;
        for (int i = 0; i < Math.min(count, ATTEMPTS); i++) {
            try {
                return bind.apply(first + PORTS * Math.floorMod(random + i, count));
            } catch (TransportException taken) {
                reason = taken;
            }
        }
        throw new BrokerException("no free port was found from " + first + " to " + last
                + (reason == null ? "" : ": " + reason.getMessage()));
    }
}
