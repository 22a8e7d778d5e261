// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {

    @TempDir
    private Path folder;

    @Test
    void valuesAreReadAsYaml() throws Exception {
        Job job = files().load(
                        files().valid(),
                        "tasks.0.rounds=5",
                        "tasks.0.data={a: [1, x=y]}",
                        "limits.lease=20s",
                        "components.0.args.deep.er=true");

        assertThat(job.tasks().get(0).rounds()).isEqualTo(5);
        assertThat(job.tasks().get(0).data()).containsEntry("a", List.of(1L, "x=y"));
        assertThat(job.limits().lease()).isEqualTo(Duration.ofSeconds(20));
        assertThat(job.components().get(0).args()).containsEntry("deep", java.util.Map.of("er", true));
    }

    @Test
    void laterOnesWin() throws Exception {
        assertThat(files().load(files().valid(), "world_size=3", "world_size=4").worldSize())
                .isEqualTo(4);
    }

    @Test
    void theOptionWorldSizeWinsOverTheFile() throws Exception {
        assertThat(files().load(files().valid(), 7).worldSize()).isEqualTo(7);
        assertThat(files().load(files().valid().replace("world_size: 2\n", ""), 7)
                        .worldSize())
                .isEqualTo(7);
    }

    @Test
    void faultsNameTheOption() {
        assertThat(files().faults(
                                files().valid(),
                                "tasks.0.rounds=many",
                                "tasks.1.rounds=2",
                                "tasks.x=2",
                                "name.first=a",
                                "wrold_size=2",
                                "nonsense",
                                "limits..lease=1s",
                                "name=[a"))
                .containsExactlyInAnyOrder(
                        "--set tasks.0.rounds=many: tasks.0.rounds: expected an integer from 1 to 100000, got 'many'",
                        "--set tasks.1.rounds=2: '1' is no index of the list 'tasks', expected 0 to 0",
                        "--set tasks.x=2: 'x' is no index of the list 'tasks', expected 0 to 0",
                        "--set name.first=a: 'name' is 'digits' and has nothing inside that could be set",
                        "--set wrold_size=2: wrold_size: unknown key 'wrold_size'; did you mean 'world_size'?",
                        "--set nonsense: expected path.to.key=value, such as tasks.0.rounds=3",
                        "--set limits..lease=1s: a key is missing between the dots",
                        "--set name=[a: the value:1:3: this is no valid YAML: expected ',' or ']', but got <stream end> while"
                                + " parsing a flow sequence");
    }

    private JobFiles files() {
        return new JobFiles(folder);
    }
}
