// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokenFileTest {

    @TempDir
    private Path folder;

    @Test
    void aMissingFileIsOneSentence() {
        assertThat(files().faults(folder.resolve("gone.yaml"))).containsExactly("gone.yaml: there is no such file");
    }

    @Test
    void aFolderIsOneSentence() {
        assertThat(files().faults(folder)).containsExactly(folder + ": it is a folder, expected a job file (YAML)");
    }

    @Test
    void anEmptyFileIsOneSentence() {
        assertThat(files().faults("# nothing but a comment\n"))
                .containsExactly("job.yaml: it is empty, expected a map with the keys of a job");
    }

    @Test
    void textThatIsNotUtf8IsOneSentence() {
        assertThat(files().faults(files().write("name: größe".getBytes(ISO_8859_1))))
                .containsExactly("job.yaml: it is not UTF-8 text; save it as UTF-8");
    }

    @Test
    void aListIsOneSentence() {
        assertThat(files().faults("- a\n- b\n"))
                .containsExactly("job.yaml: it holds a list of 2, expected a map with the keys of a job");
    }

    @Test
    void brokenYamlNamesLineAndColumn() {
        assertThat(files().faults("name: [a, b\nworld_size: 2\n"))
                .singleElement()
                .asString()
                .startsWith("job.yaml:2:11: this is no valid YAML: ")
                .contains("expected ',' or ']'");
    }

    @Test
    void aTabIsOneSentence() {
        assertThat(files().faults("name: a\n\tworld_size: 2\n"))
                .singleElement()
                .asString()
                .startsWith("job.yaml:2:1: this is no valid YAML: ");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThat(files().faults("name: a\n---\nname: b\n"))
                .containsExactly("job.yaml:2:1: a second YAML document begins here, expected one job in a file");
    }

    @Test
    void anAliasBombIsRefusedSoon() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 12; level++) {
            String alias = "*a" + (level - 1);
            bomb.append("a").append(level).append(": &a").append(level).append(" ");
            bomb.append(List.of(alias, alias, alias, alias, alias, alias, alias, alias, alias, alias))
                    .append("\n");
        }
        assertThat(files().faults(bomb.toString()))
                .anyMatch(
                        fault -> fault.endsWith("the file has more than 100000 values once its aliases are expanded"));
    }

    @Test
    void anAliasOfWhatItIsPartOfIsRefused() {
        assertThat(files().faults(files().valid() + "limits: &self {lease: *self}\n"))
                .contains("job.yaml:9:9: limits.lease: this alias stands for a value that it is part of");
    }

    @Test
    void moreDepthThanAnyStackHoldsIsRefused() {
        assertThat(files().faults("a: " + "[".repeat(100_000)))
                .containsExactly("job.yaml:1:67: the file is nested more than 64 deep");
    }

    @Test
    void aHugeFileIsRefused() {
        assertThat(files().faults("#".repeat(2_000_000)))
                .containsExactly("job.yaml: it is larger than 1 MiB, which no job file needs to be");
    }

    @Test
    void tagsAndNumbersThatAreTooLargeAreRefused() {
        String yaml = files().valid()
                .replace("- name: train", "- {name: train, data: {a: !!java/x 1  , n: 99999999999999999999}}");
        assertThat(files().faults(yaml))
                .containsExactly(
                        "job.yaml:8:29: tasks.0.data.a: the tag tag:yaml.org,2002:java/x is not supported, expected a plain value",
                        "job.yaml:8:46: tasks.0.data.n: '99999999999999999999' is no number that fits into 64 bits");
    }

    @Test
    void aliasesAreResolved() throws Exception {
        Job job = files().load(files().valid().replace("- name: train", "- {name: train, data: {a: &v [1], b: *v}}"));

        assertThat(job.tasks().get(0).data()).containsEntry("a", List.of(1L)).containsEntry("b", List.of(1L));
    }

    @Test
    void mergeKeysAreResolved() throws Exception {
        Job job = files().load(files().valid()
                .replace(
                        "- name: train",
                        "- {name: train, data: {a: &v {x: 1, y: 1}, b: {<<: *v, y: 2}, c: {y: 3, <<: *v}}}"));

        assertThat(job.tasks().get(0).data())
                .containsEntry("b", Map.of("x", 1L, "y", 2L))
                .containsEntry("c", Map.of("x", 1L, "y", 3L));
    }

    @Test
    void controlCharactersOfAFileNeverReachTheTerminal() {
        assertThat(files().faults(files().valid().replace("world_size: 2", "world_size: \"\\e[31m\\nred\"")))
                .singleElement()
                .asString()
                .doesNotContain("\u001b");
    }

    private JobFiles files() {
        return new JobFiles(folder);
    }
}
