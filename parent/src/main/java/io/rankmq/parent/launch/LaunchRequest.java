// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.DataAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a launcher is to start.
 *
 * @param session session
 * @param incarnation which start of the gang, from 0
 * @param worldSize number of ranks
 * @param bootstrap the document with the keys of all ranks; {@link BootstrapDocument#forRank} cuts it down to one. It is secret: a
 *     0600 file, a descriptor or standard input, never a command line, a log or a variable
 * @param logDirectory folder of this incarnation, to hold {@code <rank>/stdout.log} and {@code <rank>/stderr.log}; null: the output is
 *     given to the listener only
 * @param avoidHosts hosts on which ranks were lost in earlier incarnations, named as the launcher told them to its listener; empty for the
 *     first. A wish, not an order: a launcher that has other places uses those, one that has none uses these again
 * @param lease how long a rank may live on a host that hears nothing of us any more
 */
public record LaunchRequest(
        String session,
        int incarnation,
        int worldSize,
        BootstrapDocument bootstrap,
        @Nullable Path logDirectory,
        Set<String> avoidHosts,
        Duration lease) {

    /** Copies the hosts. */
    public LaunchRequest {
        avoidHosts = Set.copyOf(avoidHosts);
    }

    /** Folder in which the ranks of a host have their shared memory (docs/data-plane.md); empty for none. */
    String segments() {
        DataAccess data = bootstrap.data();
        return data == null ? "" : data.segments();
    }
}
