// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs all checks. */
public final class Doctor {
    private final List<Supplier<Finding>> checks;

    /**
     * A doctor.
     *
     * @param logDirectory where runs would put their logs
     */
    public Doctor(Path logDirectory) {
        MachineChecks machine = new MachineChecks(Path.of("/proc"));
        PythonCheck python = new PythonCheck();
        LauncherChecks launchers = new LauncherChecks(System.getenv());
        checks = List.of(
                machine::java,
                machine::workerClasspath,
                machine::processors,
                machine::memory,
                machine::openFiles,
                machine::setsid,
                machine::processEnvironments,
                CurveCheck::roundTrip,
                () -> DiskCheck.folder("logs", logDirectory),
                () -> DiskCheck.folder("temporary", Path.of(System.getProperty("java.io.tmpdir"))),
                () -> DiskCheck.sharedMemory(Path.of("/dev/shm")),
                machine::clock,
                launchers::ssh,
                launchers::slurm,
                python::interpreter,
                python::packages,
                python::curve);
    }

    /** Runs the checks and hands each finding over at once; returns whether the basic example can run. */
    public boolean examine(Consumer<Finding> told) {
        boolean canRun = true;
        for (Supplier<Finding> check : checks) {
            Finding finding = check.get();
            told.accept(finding);
            canRun &= finding.status() != Finding.Status.MISSING;
        }
        return canRun;
    }
}
