// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.RunEvent;

/** Shows a run. Called by one thread only. */
public interface RunView {

    /** Shows what happened. */
    void show(RunEvent event);

    /** Time goes by; called several times a second. */
    default void tick() {}

    /** Lines of output had to be left out, because whoever reads them is too slow. */
    void leftOut(long lines);

    /** Nothing more will happen. */
    default void end() {}
}
