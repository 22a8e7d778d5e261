// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real Slurm of one node, this host, in a folder of its own; needs root. Ends with {@link #close}. */
final class OwnSlurm implements AutoCloseable {
    private static final String PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + Executables.DEFAULT_PATH;
    private static final List<String> TOOLS =
            List.of("munged", "slurmctld", "slurmd", "srun", "salloc", "scontrol", "scancel", "sinfo");

    private final List<Process> daemons = new ArrayList<>();
    private final Path folder;

    private OwnSlurm(Path folder) {
        this.folder = folder;
    }

    /** Whether one can be started here. */
    static boolean isPossible() {
        return System.getProperty("user.name").equals("root") && TOOLS.stream().allMatch(tool -> program(tool) != null);
    }

    static OwnSlurm start(Path folder) throws IOException {
        OwnSlurm slurm = new OwnSlurm(folder);
        boolean complete = false;
        try {
            slurm.configure();
            slurm.daemon(
                    "munged",
                    "--foreground",
                    "--force",
                    "--key-file=" + folder + "/munge.key",
                    "--socket=" + folder + "/munge.socket",
                    "--pid-file=" + folder + "/munged.pid",
                    "--log-file=" + folder + "/munged.log",
                    "--seed-file=" + folder + "/munge.seed");
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(folder.resolve("munge.socket")));
            slurm.daemon("slurmctld", "-D");
            slurm.daemon("slurmd", "-D", "-N", "localhost");
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(slurm::isIdle);
            complete = true;
            return slurm;
        } finally {
            if (!complete) {
                slurm.close();
            }
        }
    }

    /** What Slurm's commands need. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("SLURM_CONF", folder.resolve("slurm.conf").toString());
        return environment;
    }

    @Override
    public void close() {
        for (Process daemon : daemons) {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly();
        }
    }

    private void configure() throws IOException {
        byte[] key = new byte[1024];
        new SecureRandom().nextBytes(key);
        Files.write(folder.resolve("munge.key"), key);
        folder.resolve("munge.key").toFile().setReadable(false, false);
        folder.resolve("munge.key").toFile().setReadable(true, true);
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(folder.resolve("slurm.conf"), """
                ClusterName=own
                SlurmctldHost=%1$s(127.0.0.1)
                SlurmctldPort=%3$d
                SlurmUser=root
                SlurmdUser=root
                AuthType=auth/munge
                CredType=cred/munge
                AuthInfo=socket=%2$s/munge.socket
                SlurmctldPidFile=%2$s/slurmctld.pid
                SlurmdPidFile=%2$s/slurmd.pid
                SlurmctldLogFile=%2$s/slurmctld.log
                SlurmdLogFile=%2$s/slurmd.log
                StateSaveLocation=%2$s/state
                SlurmdSpoolDir=%2$s/spool
                ProctrackType=proctrack/linuxproc
                TaskPlugin=task/none
                JobAcctGatherType=jobacct_gather/none
                AccountingStorageType=accounting_storage/none
                SwitchType=switch/none
                MpiDefault=none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_CPU
                SlurmdParameters=config_overrides
                ReturnToService=2
                NodeName=localhost NodeHostname=%1$s NodeAddr=127.0.0.1 Port=%4$d CPUs=64 RealMemory=2000
                PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
                """.formatted(
                        HostName.current().split("\\.", -1)[0], folder, freePort(), freePort()));
    }

    private void daemon(String name, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(String.valueOf(program(name))));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".out").toFile());
        builder.environment().putAll(environment());
        daemons.add(builder.start());
    }

    private boolean isIdle() throws IOException, InterruptedException {
        List<String> words = List.of("sinfo", "-h", "-t", "idle", "-o", "%N");
        return Question.ask(words, environment(), "", Duration.ofSeconds(5))
                .out()
                .contains("localhost");
    }

    private static @Nullable String program(String name) {
        return Executables.lookUp(name, PATH);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
