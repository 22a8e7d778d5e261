// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;

/** A process of this host that {@link GangWatch} looks after. */
interface GangChild {

    /** The rank that it is; {@link GangListener#LAUNCHER}: it is none, or stands for several. */
    int rank();

    Process process();

    /** Its standard output. */
    RankStream out();

    /** Its standard error. */
    RankStream err();

    /** Whose ends are to be told now that the process has ended and its outputs were read. */
    List<GangListener.Exit> exits();
}
