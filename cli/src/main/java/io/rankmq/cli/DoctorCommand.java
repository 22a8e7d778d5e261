// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "doctor", description = "Tells what this machine has and lacks, and what follows.")
final class DoctorCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ExitCode.OK;
    }
}
