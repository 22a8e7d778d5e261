// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

/** Is told what happens while a job runs. Calls come from several threads and must return soon. */
@FunctionalInterface
public interface RunWatcher {

    /** Something happened. */
    void on(RunEvent event);
}
