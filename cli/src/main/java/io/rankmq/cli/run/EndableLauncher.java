// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.Launcher;
import org.jspecify.annotations.Nullable;

/** A launcher whose ranks can be killed at once, without the session's graces: for whoever presses Ctrl-C twice. */
final class EndableLauncher implements Launcher {
    private final Launcher launcher;
    private @Nullable Gang gang;
    private boolean killed;

    EndableLauncher(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public boolean ranksClaim() {
        return launcher.ranksClaim();
    }

    @Override
    public boolean ranksRelayOutput() {
        return launcher.ranksRelayOutput();
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
        Gang launched = launcher.launch(request, listener);
        synchronized (this) {
            gang = launched;
            if (killed) {
                launched.kill();
            }
        }
        return launched;
    }

    /** Kills the ranks, those launched later included. */
    synchronized void kill() {
        killed = true;
        if (gang != null) {
            gang.kill();
        }
    }
}
