// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShellWordsTest {

    @Test
    void splitsAtBlanks() {
        assertThat(ShellWords.split("  torchrun\t--nproc_per_node=4\n -m  rankmq "))
                .containsExactly("torchrun", "--nproc_per_node=4", "-m", "rankmq");
        assertThat(ShellWords.split(" \t ")).isEmpty();
    }

    @Test
    void keepsWhatIsQuoted() {
        assertThat(ShellWords.split("'/opt/my python/bin/py#thon' \"a 'b' c\" d\\ e ''\"\" x'y'\"z\""))
                .containsExactly("/opt/my python/bin/py#thon", "a 'b' c", "d e", "", "xyz");
    }

    @Test
    void takesCommentsVariablesAndOperatorsAsText() {
        assertThat(ShellWords.split("run #1 $HOME ~ *.py a|b && `c` > d"))
                .containsExactly("run", "#1", "$HOME", "~", "*.py", "a|b", "&&", "`c`", ">", "d");
    }

    @Test
    void followsTheShellInDoubleQuotes() {
        assertThat(ShellWords.split("\"\\\"\\\\\\$\\`\\n\" \"a\\\nb\" c\\\nd"))
                .containsExactly("\"\\$`\\n", "ab", "cd");
    }

    @Test
    void namesTheQuoteThatIsNotClosed() {
        assertThatThrownBy(() -> ShellWords.split("run 'a b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the quote ' at character 5 of <run 'a b> is not closed; close it, or write the command"
                        + " as a list of words");
        assertThatThrownBy(() -> ShellWords.split("\"x\\\"")).hasMessageContaining("quote \" at character 1");
        assertThatThrownBy(() -> ShellWords.split("x \\")).hasMessageContaining("ends in a backslash");
    }

    /** The alphabet leaves out what the shell expands, which we do not. */
    @Test
    void agreesWithTheShellOnRandomLines() throws IOException {
        Random random = new Random(7);
        int compared = 0;
        for (int round = 0; round < 400; round++) {
            StringBuilder line = new StringBuilder("x");
            for (int i = random.nextInt(12); i > 0; i--) {
                line.append("ab \\'\" \tx".charAt(random.nextInt(9)));
            }
            List<String> ours;
            try {
                ours = ShellWords.split(line.toString());
            } catch (IllegalArgumentException e) {
                continue;
            }
            Process shell =
                    new ProcessBuilder("sh", "-c", "for word in " + line + "\ndo printf '%s|' \"$word\"; done").start();
            String theirs = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(String.join("|", ours) + "|").as("line <%s>", line).isEqualTo(theirs);
            compared++;
        }
        assertThat(compared).isGreaterThan(50);
    }
}
