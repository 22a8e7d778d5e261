// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What launchers for other hosts would find on this one. */
final class LauncherChecks {
    private static final List<String> SLURM = List.of("srun", "salloc", "scontrol", "scancel");

    private final Map<String, String> environment;

    LauncherChecks(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    Finding ssh() {
        return find("ssh")
                .map(file -> Finding.ok("launcher ssh", file.toString()))
                .orElseGet(() -> Finding.warn(
                        "launcher ssh", "no ssh", "launcher.type ssh cannot be used; install OpenSSH's client"));
    }

    Finding slurm() {
        List<String> absent =
                SLURM.stream().filter(name -> find(name).isEmpty()).toList();
        if (!absent.isEmpty()) {
            return Finding.warn(
                    "launcher slurm",
                    "no " + String.join(", ", absent),
                    "launcher.type slurm cannot be used; install Slurm's commands");
        }
        String job = environment.getOrDefault("SLURM_JOB_ID", "");
        return Finding.ok(
                "launcher slurm",
                find("srun").map(Path::toString).orElse("srun")
                        + (job.isEmpty()
                                ? "; in no allocation, jobs ask for one"
                                : "; in the allocation of job " + job));
    }

    private Optional<Path> find(String name) {
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
