// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.security.KeyFileException;

/**
 * Starts ranks on this host for a session that somebody else runs, by hand or in a container: waits for its bootstrap document, starts so many
 * rank processes, passes TERM on, and ends when all have ended, with the exit code of the worst. See {@link HostOptions} for its arguments.
 */
public final class Host {

    private Host() {}

    /** Runs until the ranks have ended. */
    public static void main(String[] args) {
        HostOptions options;
        try {
            options = HostOptions.parse(args);
        } catch (SettingsException refused) {
            System.err.println("rankmq worker: " + refused.getMessage());
            System.exit(ExitCode.BAD_ENVIRONMENT);
            return;
        }
        HostRun run = new HostRun(options);
        // TERM runs this; the process ends when it returns.
        Runtime.getRuntime().addShutdownHook(new Thread(run::stop, "rankmq-host-stop"));
        int code;
        try {
            code = run.run();
        } catch (KeyFileException | SettingsException refused) {
            System.err.println("rankmq worker: " + refused.getMessage());
            code = ExitCode.BAD_ENVIRONMENT;
        } catch (InterruptedException stopped) {
            code = ExitCode.FAILED;
        }
        System.exit(code);
    }
}
