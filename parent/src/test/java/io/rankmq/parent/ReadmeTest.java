// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The README's Java is compiled and run as it stands there, on four real ranks. */
class ReadmeTest {
    private static final String IMPORTS = """
            package com.example;
            import io.rankmq.api.*;
            import io.rankmq.component.ComponentArgs;
            import io.rankmq.parent.*;
            import io.rankmq.parent.launch.LocalLauncher;
            import java.util.*;
            """;

    @Test
    void whatTheReadmeShowsCompilesAndRuns() throws Exception {
        Path classes = Path.of(ReadmeTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path sources = Files.createDirectories(classes.resolveSibling("readme/com/example"));
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(classes.resolve("../../../README.md")));
        assertThat(blocks.find()).isTrue();
        String parent =
                "public class Readme {\n public static void main(String[] args) {\n" + blocks.group(1) + "}\n}\n";
        assertThat(blocks.find()).isTrue();
        compile(classes, sources.resolve("Readme.java"), parent);
        compile(classes, sources.resolve("Trainer.java"), blocks.group(1));

        assertThat(outputOfMain()).contains("loss from rank 3").contains("replies of ranks [0, 1, 2, 3] in ");
    }

    private static void compile(Path classes, Path file, String text) throws Exception {
        Files.writeString(file, IMPORTS + text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream faults = new ByteArrayOutputStream();
        String path = System.getProperty("java.class.path");
        int status = compiler.run(null, null, faults, "-d", classes.toString(), "-cp", path, file.toString());
        assertThat(status).as(faults.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static String outputOfMain() throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream heard = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(heard);
            Class.forName("com.example.Readme")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(console);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
