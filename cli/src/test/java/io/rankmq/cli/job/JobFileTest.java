// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFileTest {

    @TempDir
    private Path folder;

    @Test
    void restartsAreANumberFromNoneToAThousand() throws Exception {
        assertThat(files().load(files().valid()).maxRestarts()).isZero();
        assertThat(files().faults(files().valid() + "max_restarts: -1\n"))
                .singleElement()
                .asString()
                .endsWith("max_restarts: expected an integer from 0 to 1000, got -1");
    }

    @Test
    void aCompleteFileBecomesAJob() throws Exception {
        Job job = files().load("""
                name: digits
                world_size: 4
                executor: trainer
                components:
                  - id: trainer
                    path: {java: com.example.Trainer, python: example.Trainer}
                    args: {rate: 0.5, layers: [8, 4], inner: {path: com.example.Inner}}
                allow: [com.example., example.Trainer, io.rankmq.cli.testkit.]
                handlers:
                  - {id: average, path: io.rankmq.cli.testkit.Average}
                launcher: {type: fake, command: [run, it], classpath: [own]}
                classpath: [.]
                tasks:
                  - name: train
                    rounds: 3
                    reply: all
                    timeout: 1.5s
                    data: {seed: 7, text: "no", flag: true, big: 0x10}
                    aggregate: average
                  - name: test
                max_restarts: 2
                limits: {heartbeat: 100ms, lease: 2s, event_window: 16}
                """);

        assertThat(job.name()).isEqualTo("digits");
        assertThat(job.worldSize()).isEqualTo(4);
        assertThat(job.components().get(0).paths()).containsEntry("python", "example.Trainer");
        assertThat(job.components().get(0).args())
                .containsEntry("rate", 0.5)
                .containsEntry("layers", List.of(8L, 4L))
                .containsEntry("inner", Map.of("path", "com.example.Inner"));
        assertThat(job.launcherType()).isEqualTo("fake");
        assertThat(job.launcher())
                .containsEntry("command", List.of("run", "it"))
                .containsEntry("classpath", List.of(".", "own"))
                .doesNotContainKey("type");
        assertThat(job.classpath()).containsExactly(folder);
        assertThat(job.tasks().get(0))
                .isEqualTo(new Job.Task(
                        "train",
                        3,
                        "all",
                        Duration.ofMillis(1500),
                        Map.of("seed", 7L, "text", "no", "flag", true, "big", 16L),
                        "average"));
        assertThat(job.tasks().get(1)).isEqualTo(new Job.Task("test", 1, "rank0", null, Map.of(), null));
        assertThat(job.totalRounds()).isEqualTo(4);
        assertThat(job.maxRestarts()).isEqualTo(2);
        assertThat(job.limits().lease()).isEqualTo(Duration.ofSeconds(2));
        assertThat(job.limits().eventWindow()).isEqualTo(16);
        assertThat(job.limits().killGrace()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
        assertThat(files().faults(files().valid().replace("world_size: 2", "wrold_size: 2")))
                .containsExactlyInAnyOrder(
                        "job.yaml:2:1: wrold_size: unknown key 'wrold_size'; did you mean 'world_size'?",
                        "job.yaml:1:1: world_size: this key is missing, expected an integer from 1 to 65536");
    }

    @Test
    void anUnknownKeyFarFromAllIsRefusedWithAllOfThem() {
        assertThat(files().faults(files().valid().replace("- name: train", "- {name: train, zzz: 1}")))
                .containsExactly(
                        "job.yaml:8:19: tasks.0.zzz: unknown key 'zzz'; known are aggregate, data, name, reply, rounds,"
                                + " timeout");
    }

    @Test
    void aKeyThatIsThereTwiceIsRefused() {
        assertThat(files().faults(files().valid() + "name: again\n"))
                .containsExactly("job.yaml:9:1: name: the key 'name' is there twice; it is on line 1 already");
    }

    @Test
    void valuesOfTheWrongKindNameLineColumnAndPath() {
        String yaml = """
                name: "digits and more"
                world_size: many
                executor: [trainer]
                components: {}
                allow: [3]
                launcher: local
                tasks:
                  - {name: train, rounds: 0, timeout: 30, data: [1]}
                limits: {lease: 0s, event_window: 65537}
                """;
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:1:7: name: expected a name of 1 to 64 letters, digits, dots, dashes and underscores, got"
                                + " 'digits and more'",
                        "job.yaml:2:13: world_size: expected an integer from 1 to 65536, got 'many'",
                        "job.yaml:3:11: executor: expected the id of a component, got a list of 1",
                        "job.yaml:4:13: components: expected a list of at least one component, got an empty map",
                        "job.yaml:5:9: allow.0: expected a package that ends in a dot (com.example.) or a full path"
                                + " (com.example.Trainer), got 3",
                        "job.yaml:6:11: launcher: expected a map with the key 'type', got 'local'",
                        "job.yaml:8:27: tasks.0.rounds: expected an integer from 1 to 100000, got 0",
                        "job.yaml:8:39: tasks.0.timeout: expected a time above 0 with a unit, such as 500ms, 30s, 5m or 2h,"
                                + " got 30",
                        "job.yaml:8:49: tasks.0.data: expected a map of plain values, got a list of 1",
                        "job.yaml:9:17: limits.lease: expected a time above 0 with a unit, such as 500ms, 30s, 5m or 2h, got"
                                + " '0s'",
                        "job.yaml:9:35: limits.event_window: expected an integer from 1 to 65536, got 65537");
    }

    @Test
    void everyMissingKeyIsNamed() {
        assertThat(files().faults("{}"))
                .containsExactly(
                        "job.yaml:1:1: allow: this key is missing, expected a list of packages that end in a dot, or full paths",
                        "job.yaml:1:1: components: this key is missing, expected a list of at least one component",
                        "job.yaml:1:1: executor: this key is missing, expected the id of a component",
                        "job.yaml:1:1: launcher: this key is missing, expected a map with the key 'type'",
                        "job.yaml:1:1: name: this key is missing, expected a name of 1 to 64 letters, digits, dots, dashes and"
                                + " underscores",
                        "job.yaml:1:1: tasks: this key is missing, expected a list of at least one task",
                        "job.yaml:1:1: world_size: this key is missing, expected an integer from 1 to 65536");
    }

    @Test
    void namesThatNameNothingAreRefused() {
        String yaml = files().valid()
                        .replace("executor: trainer", "executor: trianer")
                        .replace("- name: train", "- {name: train, reply: alll, aggregate: trainer}")
                + "handlers: [{id: server, path: io.rankmq.cli.testkit.Average}]\n";
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:3:11: executor: no component has the id 'trianer'; did you mean 'trainer'?",
                        "job.yaml:8:26: tasks.0.reply: no handler has the id 'alll'; did you mean 'all'?",
                        "job.yaml:8:43: tasks.0.aggregate: 'trainer' is a component of the ranks, expected the id of a handler");
    }

    @Test
    void idsMustBeUniqueAndNoReplyPolicy() {
        String yaml = files().valid() + """
                handlers:
                  - {id: trainer, path: io.rankmq.cli.testkit.Listener}
                  - {id: all, path: io.rankmq.cli.testkit.Listener}
                """;
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:10:10: handlers.0.id: the id 'trainer' is taken, see components.0.id; ids must be unique",
                        "job.yaml:11:10: handlers.1.id: 'all' is a reply policy of its own; choose another id");
    }

    @Test
    void theAllowListMustCoverComponentsHandlersAndWhatIsNestedInTheirArguments() {
        String yaml = """
                name: digits
                world_size: 2
                executor: trainer
                components:
                  - id: trainer
                    path: {java: com.example.Trainer, python: evil.Trainer}
                    args: {steps: [{path: com.evil.Step, arg: 1}], inner: {path: com.example.Inner, args: {path: com.evil.In}}}
                allow: [com.example., com..x]
                handlers: [{id: listener, path: io.rankmq.cli.testkit.Listener}]
                launcher: {type: fake}
                tasks: [{name: train}]
                """;
        String tail =
                " is not on the allow-list [com.example.]; add its package (ending in a dot) or its full path to 'allow',"
                        + " or correct the path";
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:6:47: components.0.path.python: 'evil.Trainer'" + tail,
                        "job.yaml:7:27: components.0.args.steps.0.path: 'com.evil.Step'" + tail,
                        "job.yaml:7:42: components.0.args.steps.0.arg: unknown key 'arg': a map with a path is a component, and has"
                                + " the keys path and args only",
                        "job.yaml:7:98: components.0.args.inner.args.path: 'com.evil.In'" + tail,
                        "job.yaml:8:23: allow.1: expected a package that ends in a dot (com.example.) or a full path"
                                + " (com.example.Trainer), got 'com..x'",
                        "job.yaml:9:33: handlers.0.path: 'io.rankmq.cli.testkit.Listener'" + tail);
    }

    @Test
    void handlersMustBeThereAndBeWhatTheyAreUsedAs() {
        String yaml =
                files().valid().replace("- name: train", "- {name: train, reply: listener, aggregate: listener}") + """
                handlers:
                  - {id: listener, path: io.rankmq.cli.testkit.Listener}
                  - {id: absent, path: io.rankmq.cli.testkit.Absent}
                  - {id: useless, path: io.rankmq.cli.testkit.FakeLauncherFactory}
                  - {id: python, path: {python: io.rankmq.cli.testkit.x}}
                """;
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:8:26: tasks.0.reply: the handler 'listener' cannot be used here:"
                                + " io.rankmq.cli.testkit.Listener is no ReplyPolicy",
                        "job.yaml:8:47: tasks.0.aggregate: the handler 'listener' cannot be used here:"
                                + " io.rankmq.cli.testkit.Listener is no Aggregator",
                        "job.yaml:11:24: handlers.1.path: there is no class io.rankmq.cli.testkit.Absent on the class path; correct"
                                + " the path, or add its jar to 'classpath'",
                        "job.yaml:12:25: handlers.2.path: the class io.rankmq.cli.testkit.FakeLauncherFactory is neither an"
                                + " EventHandler nor an Aggregator nor a ReplyPolicy",
                        "job.yaml:13:24: handlers.3.path: handlers run in the parent, which is Java; give a path for the language"
                                + " 'java'");
    }

    @Test
    void launchersJudgeTheirOwnSettings() {
        assertThat(files().faults(files().valid().replace("{type: fake}", "{type: fake, comand: x}")))
                .containsExactly("job.yaml:6:32: launcher.comand: this setting is not known");
        assertThat(files().faults(files().valid().replace("{type: fake}", "{type: fakee}")))
                .containsExactly(
                        "job.yaml:6:18: launcher.type: there is no launcher of type 'fakee'; did you mean 'fake'?");
    }

    @Test
    void theJobsPathsAreNotThoseOfRanksThatOthersStart() throws JobFileException {
        String external = files().valid().replace("{type: fake}", "{type: external, bootstrap: session.json}");
        assertThat(files().load(external + "classpath: [.]\npython_path: [.]\n").launcher())
                .containsOnlyKeys("bootstrap");
    }

    @Test
    void foldersAndLimitsMustFit() {
        String yaml = files().valid() + "classpath: [gone.jar]\npython_path: [job.yaml]\nlimits: {heartbeat: 5s}\n";
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:9:13: classpath.0: there is no jar or folder " + folder.resolve("gone.jar"),
                        "job.yaml:10:15: python_path.0: there is no folder " + folder.resolve("job.yaml"),
                        "job.yaml:11:9: limits.lease: PT10S is too short, expected at least three heartbeats of PT5S");
    }

    @Test
    void theSchemaIsTheOneThatIsPublished() {
        assertThat(Path.of("../docs/job.schema.json")).hasContent(SchemaCheck.schemaText());
    }

    @Test
    void theExceptionCountsTheFaults() {
        assertThatThrownBy(() -> files().load("{}"))
                .isInstanceOfSatisfying(
                        JobFileException.class, e -> assertThat(e.count()).isEqualTo(7));
    }

    private JobFiles files() {
        return new JobFiles(folder);
    }
}
