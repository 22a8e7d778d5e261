// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the launchers for other hosts have in common.
 *
 * @param ranks how each rank is started
 * @param startsHost whether the command is run once a host and starts all ranks of its host itself
 * @param workdir working directory of ranks; null: the one that the host gives
 * @param java the Java of Java workers
 * @param workerClasspath class path of the Java worker on the hosts
 * @param masterAddress MASTER_ADDR; null: the host of rank 0
 * @param deviceVariable the variable that tells a rank its devices
 * @param oversubscribe whether more ranks than slots may be placed
 * @param hostTimeout how long a host may take to say that it can run ranks
 * @param baseDirectory the job file's folder; it is taken to be at the same place on all hosts
 */
record RemoteSettings(
        RankGroups ranks,
        boolean startsHost,
        @Nullable String workdir,
        String java,
        List<String> workerClasspath,
        @Nullable String masterAddress,
        String deviceVariable,
        boolean oversubscribe,
        Duration hostTimeout,
        Path baseDirectory) {
    private static final int STANDARD_TIMEOUT_SECONDS = 20;

    private enum Starts {
        RANK,
        HOST
    }

    private static final Set<String> KEYS = SettingsReader.keys(
            RankGroups.RANK_KEYS,
            Set.of(
                    "groups",
                    "starts",
                    "workdir",
                    "java",
                    "worker_classpath",
                    "master_addr",
                    "device_variable",
                    "oversubscribe",
                    "host_timeout"));

    /** All keys of a launcher that has some of its own. */
    static Set<String> keys(Set<String> own) {
        return SettingsReader.keys(KEYS, own);
    }

    static RemoteSettings read(SettingsReader reader, Path baseDirectory) {
        boolean startsHost = reader.choice("starts", Starts.class) == Starts.HOST;
        if (startsHost && !reader.has("command")) {
            reader.fault(
                    "command",
                    "it is missing, and with 'starts: host' it must be given; name the command that starts the ranks"
                            + " of its host, such as torchrun");
        }
        if (startsHost && reader.has("groups")) {
            reader.fault("groups", "with 'starts: host' one command starts ranks alike; remove one of the two");
        }
        String java = reader.text("java");
        List<String> classpath = reader.words("worker_classpath");
        return new RemoteSettings(
                RankGroups.read(reader),
                startsHost,
                reader.text("workdir"),
                java == null ? "java" : java,
                classpath == null ? ownClasspath() : classpath,
                reader.text("master_addr"),
                reader.deviceVariable(),
                reader.flag("oversubscribe"),
                Duration.ofSeconds(reader.integer("host_timeout", 1, 3_600, STANDARD_TIMEOUT_SECONDS)),
                baseDirectory.toAbsolutePath().normalize());
    }

    /** A path of the job file on the hosts. */
    String resolve(Path path) {
        return baseDirectory.resolve(path).toString();
    }

    /** That of this host: with a shared file system it is the same there. */
    private static List<String> ownClasspath() {
        String ours = System.getProperty(RankCommand.WORKER_CLASSPATH_PROPERTY, "");
        String all = ours.isEmpty() ? System.getProperty("java.class.path", "") : ours;
        return List.of(all.split(File.pathSeparator, -1)).stream()
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toList();
    }
}
