// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Job files' {@code launcher} sections, and what is started from them: a stand-in prints its own words and variables. */
class LocalLauncherFactoryTest {
    private static final String SHOW = "for word in \"$0\" \"$@\"; do echo \"[$word]\"; done";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void isFoundByItsType() {
        assertThat(ServiceLoader.load(LauncherFactory.class))
                .anySatisfy(factory -> assertThat(factory.type()).isEqualTo("local"));
    }

    @Test
    void startsTheCommandOfAList() throws Exception {
        assertThat(wordsOf(Map.of("worker", "none", "command", List.of("sh", "-c", SHOW, "a b", "#", "'"))))
                .containsExactly("[a b]", "[#]", "[']");
    }

    @Test
    void splitsTheCommandOfATextAndKeepsPathsWithBlanksAndHashes() throws Exception {
        Path program = program("my dir/a #1 'quoted' program");
        String text = "\"" + program + "\" plain '# no comment' $HOME";
        assertThat(wordsOf(Map.of("worker", "none", "command", text)))
                .containsExactly("[" + program + "]", "[plain]", "[# no comment]", "[$HOME]");
    }

    @Test
    void refersARelativeCommandToTheJobFile() throws Exception {
        Path program = program("bin/start");
        assertThat(wordsOf(Map.of("worker", "none", "command", "bin/start x")))
                .containsExactly("[" + program + "]", "[x]");
    }

    @Test
    void appendsTheJavaWorker() throws Exception {
        Path program = program("java");
        Path classes = Files.createDirectories(folder.resolve("my classes"));
        List<String> words = wordsOf(Map.of(
                "command",
                List.of("./java", "-x"),
                "jvm_args",
                List.of("-Xmx64m"),
                "classpath",
                List.of("my classes")));
        assertThat(words).hasSize(6);
        assertThat(words.get(0)).isEqualTo("[" + program.getParent() + "/./java]");
        assertThat(words.subList(1, 4)).containsExactly("[-x]", "[-Xmx64m]", "[-cp]");
        assertThat(words.get(4)).endsWith(":" + classes + "]").contains(System.getProperty("java.class.path"));
        assertThat(words.get(5)).isEqualTo("[io.rankmq.worker.Main]");
    }

    @Test
    void takesTheWorkersOwnClassPathWhereItIsKnown() throws Exception {
        program("java");
        System.setProperty(RankCommand.WORKER_CLASSPATH_PROPERTY, "/opt/rankmq/lib/worker/*");
        try {
            assertThat(wordsOf(Map.of("command", "./java")))
                    .contains("[/opt/rankmq/lib/worker/*]")
                    .noneMatch(word -> word.contains("-XX"));
        } finally {
            System.clearProperty(RankCommand.WORKER_CLASSPATH_PROPERTY);
        }
    }

    @Test
    void runsTheSameJavaByDefault() throws Exception {
        List<String> words = new RankCommand(RankSettings.of(RankSettings.Worker.JAVA, null), folder)
                .words(new HashMap<>(System.getenv()));
        assertThat(words.get(0)).isEqualTo(System.getProperty("java.home") + "/bin/java");
        assertThat(words).contains("-XX:+UseSerialGC");
    }

    @Test
    void appendsThePythonWorker() throws Exception {
        Path program = program("venv/bin/python");
        assertThat(wordsOf(Map.of("worker", "python", "python", "venv/bin/python")))
                .containsExactly("[" + program + "]", "[-m]", "[rankmq]");
    }

    @Test
    void looksUpTheInterpreter() throws Exception {
        Path program = program("py");
        assertThat(wordsOf(Map.of("worker", "python", "env", Map.of("RANKMQ_PYTHON", program.toString()))))
                .containsExactly("[" + program + "]", "[-m]", "[rankmq]");
        // Who runs the tests may have the variable set.
        Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));
        System.setProperty("rankmq.python", program.toString());
        try {
            assertThat(pythonOf(environment)).isEqualTo(program.toString());
        } finally {
            System.clearProperty("rankmq.python");
        }
        assertThat(pythonOf(environment)).endsWith("/python3");
    }

    private String pythonOf(Map<String, String> environment) throws Exception {
        return new RankCommand(RankSettings.of(RankSettings.Worker.PYTHON, null), folder)
                .words(new HashMap<>(environment))
                .get(0);
    }

    @Test
    void putsItsFoldersBeforeThePythonPath() throws Exception {
        String show = "echo $PYTHONPATH; echo $PYTHONUNBUFFERED";
        Map<String, Object> settings = Map.of(
                "worker", "python",
                "command", List.of("sh", "-c", show),
                "python_path", List.of("src", "/abs"),
                "env", Map.of("PYTHONPATH", "/last"));
        assertThat(wordsOf(settings)).containsExactly(folder + "/src:/abs:/last", "1");
    }

    @Test
    void setsVariables() throws Exception {
        Map<String, Object> settings = Map.of(
                "worker", "none",
                "command", List.of("sh", "-c", "echo $TEXT $NUMBER $FLAG $MASTER_PORT"),
                "env", Map.of("TEXT", "a b", "NUMBER", 3, "FLAG", true, "MASTER_PORT", "29500"));
        assertThat(wordsOf(settings)).containsExactly("a b 3 true 29500");
    }

    @Test
    void startsGroupsByTheirOwnSettings() throws Exception {
        List<String> show = List.of("sh", "-c", "echo $RANK $A $B $0 $1");
        Map<String, Object> settings = Map.of(
                "worker",
                "none",
                "command",
                List.of("sh", "-c", show.get(2), "ready"),
                "env",
                Map.of("A", "top", "B", "top"),
                "groups",
                List.of(
                        Map.of("ranks", "1-2", "env", Map.of("B", "one")),
                        Map.of("ranks", List.of(3), "worker", "python", "command", show)));
        try (Trial trial = Trial.of(launcher(settings), 4)) {
            trial.awaitExits(4);
            assertThat(trial.told().out(0)).containsExactly("0 top top ready");
            assertThat(trial.told().out(2)).containsExactly("2 top one ready");
            assertThat(trial.told().out(3)).containsExactly("3 top top -m rankmq");
        }
    }

    @Test
    void refusesAGroupBeyondTheWorld() {
        Launcher launcher = launcher(Map.of("groups", List.of(Map.of("ranks", "1-4"))));
        assertThatThrownBy(() -> Trial.of(launcher, 4))
                .isInstanceOf(LaunchException.class)
                .hasMessage("groups[0]: there is no rank 4, the world size is 4; correct one of the two");
    }

    @Test
    void saysAtOnceWhatDoesNotExist() throws Exception {
        assertThatThrownBy(() -> wordsOf(Map.of("command", "./start")))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("'./start' does not exist; looked for the file " + folder);
        assertThatThrownBy(() -> wordsOf(Map.of("classpath", List.of("no.jar"))))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("classpath: " + folder + "/no.jar does not exist");
        assertThatThrownBy(() -> wordsOf(Map.of("worker", "python", "python", "python-9")))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining(
                        "'python-9' does not exist; looked in the folders of PATH, " + System.getenv("PATH"));
        Files.writeString(folder.resolve("plain"), "text");
        assertThatThrownBy(() -> wordsOf(Map.of("command", "./plain")))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("is not executable");
    }

    @Test
    void startsNothingIfOneRankCannotBeStarted() throws Exception {
        Path program = program("works");
        Files.writeString(program, "no program");
        Map<String, Object> settings = Map.of(
                "worker", "none",
                "command", "sleep 1000",
                "groups", List.of(Map.of("ranks", "1", "command", "./missing")));
        LaunchRequest request = Trial.request(2, null);
        assertThatThrownBy(() -> launcher(settings).launch(request, new RecordingListener()))
                .isInstanceOf(LaunchException.class);
        assertThat(Trial.livingProcesses(request.session())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "comand: x | comand: unknown setting; did you mean 'command'?",
                "jvm_arg: [] | jvm_arg: unknown setting; did you mean 'jvm_args'?",
                "worker: rust | worker: 'rust' was given, expected one of java, python, none",
                "worker: 3 | worker: '3' was given, expected a text",
                "worker: none | command: it is missing, and 'worker: none' has no default; give the command that starts a rank",
                "command: '' | command: it is empty; give at least the name of a program",
                "command: [] | command: it is empty; give at least the name of a program",
                "command: {a: b} | command: '{a=b}' was given, expected a list",
                "command: \"a 'b\" | command: the quote ' at character 3 of <a 'b> is not closed; close it, or write the command as a list of words",
                "jvm_args: -Xmx1g | jvm_args: '-Xmx1g' was given, expected a list",
                "classpath: [[a]] | classpath: '[a]' was given, expected a text or a number",
                "env: [a] | env: '[a]' was given, expected a map from names to values",
                "env: {A: [b]} | env.A: '[b]' was given, expected a text or a number",
                "env: {RANK: 1} | env: RANK is set by the launcher for each rank; remove it",
                "env: {'A=B': 1} | env: 'A=B' cannot be the name of a variable",
                "{command: x, python: y} | python: it is not used beside a command; name the interpreter in the command",
                "starts: some | starts: 'some' was given, expected one of rank, all",
                "starts: all | command: it is missing, and with 'starts: all' it must be given; name the command that starts all ranks, such as torchrun",
                "{starts: all, command: x, groups: []} | groups: with 'starts: all' one command starts all ranks alike; remove one of the two",
                "groups: 3 | groups: '3' was given, expected a list",
                "groups: [3] | groups[0]: '3' was given, expected a map",
                "groups: [{}] | groups[0].ranks: it is missing; name the ranks, such as 0-1",
                "groups: [{ranks: 3-1}] | groups[0].ranks: '3-1' was given, expected ranks such as 0-1 or 0,2-3, or a list of numbers",
                "groups: [{ranks: 0, rank: 1}] | groups[0].rank: unknown setting; did you mean 'ranks'?",
                "groups: [{ranks: 0, worker: none}] | groups[0].command: it is missing, and 'worker: none' has no default; give the command that starts a rank",
                "groups: [{ranks: 0-2}, {ranks: '2'}] | groups[1].ranks: rank 2 is in groups[0] already; name it once"
            })
    void refusesWithTheKeyInFront(String yaml, String sentence) {
        Map<String, Object> settings = new HashMap<>();
        Object parsed = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        ((Map<?, ?>) parsed).forEach((key, value) -> settings.put(String.valueOf(key), value));
        assertThatThrownBy(() -> launcher(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void tellsAllFaultsAtOnce() {
        Map<String, Object> settings = Map.of(
                "worker",
                "rust",
                "slots",
                0,
                "oversubscribe",
                "yes",
                "env",
                Map.of("RANK", 1, "A=B", 2, "C", List.of()),
                "groups",
                List.of(Map.of("ranks", "0", "jvm_args", 1), 3, Map.of("ranks", "0", "command", "")));
        assertThatThrownBy(() -> launcher(settings))
                .isInstanceOfSatisfying(
                        SettingsException.class,
                        e -> assertThat(e.faults())
                                .extracting(fault -> fault.replaceFirst(": .*", ""))
                                .containsExactlyInAnyOrder(
                                        "worker",
                                        "slots",
                                        "oversubscribe",
                                        "env",
                                        "env",
                                        "env.C",
                                        "groups[0].jvm_args",
                                        "groups[1]",
                                        "groups[2].ranks",
                                        "groups[2].command"));
    }

    @Test
    void givesEachLocalRankItsDevices() throws Exception {
        Map<String, Object> settings = Map.of(
                "worker",
                "none",
                "command",
                List.of("sh", "-c", "echo $LOCAL_RANK $MINE"),
                "devices",
                List.of("0", "1,2"),
                "device_variable",
                "MINE");
        try (Trial trial = Trial.of(launcher(settings), 2)) {
            trial.awaitExits(2);
            assertThat(trial.told().out(0)).containsExactly("0 0");
            assertThat(trial.told().out(1)).containsExactly("1 1,2");
        }
    }

    @Test
    void refusesMoreRanksThanSlotsUnlessAllowed() throws Exception {
        Map<String, Object> settings = Map.of("slots", 2, "worker", "none", "command", "true");
        assertThatThrownBy(() -> launcher(settings).checkWorldSize(3))
                .hasMessage("slots: this host has 2 for 3 ranks; give it more, or allow more ranks than slots with"
                        + " oversubscribe: true");
        Map<String, Object> allowed = new HashMap<>(settings);
        allowed.put("oversubscribe", true);
        assertThat(launcher(allowed).place(3)).extracting(Placement::localRank).containsExactly(0, 1, 2);
    }

    /** Runs one rank, and returns what it wrote. */
    private List<String> wordsOf(Map<String, Object> settings) throws Exception {
        try (Trial trial = Trial.of(launcher(settings), 1)) {
            trial.awaitExits(1);
            assertThat(trial.told().err(0)).isEmpty();
            return trial.told().out(0);
        }
    }

    private Launcher launcher(Map<String, Object> settings) {
        return new LocalLauncherFactory().create(settings, folder);
    }

    private Path program(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + SHOW + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }
}
