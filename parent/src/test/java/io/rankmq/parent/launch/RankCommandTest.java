// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.parent.launch.RankSettings.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankCommandTest {
    @TempDir
    private Path folder;

    @AfterEach
    void forgetTheArchive() {
        System.clearProperty(RankCommand.WORKER_ARCHIVE_PROPERTY);
    }

    @Test
    void aRankStartsFromTheArchiveOfTheWorkersClassesAndKeepsQuietAboutIt() throws Exception {
        Path archive = Files.createFile(folder.resolve("rank.jsa"));
        System.setProperty(RankCommand.WORKER_ARCHIVE_PROPERTY, archive.toString());

        assertThat(words(RankSettings.of(Worker.JAVA, null)))
                .containsSubsequence(
                        "-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-cp");
    }

    @Test
    void anArchiveThatIsNotThereIsNotNamed() throws Exception {
        System.setProperty(
                RankCommand.WORKER_ARCHIVE_PROPERTY, folder.resolve("none").toString());

        assertThat(words(RankSettings.of(Worker.JAVA, null))).noneMatch(word -> word.contains("SharedArchiveFile"));
    }

    @Test
    void jvmArgumentsOfTheUsersOwnReplaceTheArchiveToo() throws Exception {
        Path archive = Files.createFile(folder.resolve("rank.jsa"));
        System.setProperty(RankCommand.WORKER_ARCHIVE_PROPERTY, archive.toString());

        assertThat(words(RankSettings.of(Worker.JAVA, null).withJvmArgs(List.of("-Xmx1g"))))
                .contains("-Xmx1g")
                .noneMatch(word -> word.contains("SharedArchiveFile"));
    }

    private List<String> words(RankSettings settings) throws LaunchException {
        return new RankCommand(settings, folder).words(Map.of());
    }
}
