// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** From settings to the words and variables of a rank on another host, and to what that host must have for it. */
final class RemoteCommand {
    private final RankSettings settings;
    private final RemoteSettings remote;

    RemoteCommand(RankSettings settings, RemoteSettings remote) {
        this.settings = settings;
        this.remote = remote;
    }

    /** Program and arguments; the program is looked up on the host. */
    List<String> words() {
        List<String> own = settings.command();
        List<String> words = new ArrayList<>(own != null ? own : List.of());
        switch (settings.worker()) {
            case JAVA -> {
                List<String> jvmArgs = settings.jvmArgs();
                if (own == null) {
                    words.add(remote.java());
                }
                words.addAll(jvmArgs != null ? jvmArgs : own == null ? RankCommand.DEFAULT_JVM_ARGS : List.of());
                words.addAll(List.of("-cp", String.join(":", classpath()), RankCommand.JAVA_WORKER));
            }
            case PYTHON -> {
                if (own == null) {
                    words.add(interpreter());
                }
                words.addAll(List.of("-m", RankCommand.PYTHON_WORKER));
            }
            case NONE -> {}
        }
        return words;
    }

    /** Shell text that sets the rank's variables, over those of its host. */
    String exports(Map<String, String> place) {
        Map<String, String> variables = new LinkedHashMap<>(place);
        variables.putAll(settings.env());
        StringBuilder text = new StringBuilder(ShellText.exports(variables));
        if (!settings.pythonPath().isEmpty()) {
            text.append("export PYTHONPATH=")
                    .append(ShellText.quoted(pythonPath()))
                    .append("\"${PYTHONPATH:+:$PYTHONPATH}\"\n");
        }
        if (settings.worker() == RankSettings.Worker.PYTHON) {
            text.append("export PYTHONUNBUFFERED=\"${PYTHONUNBUFFERED:-1}\"\n");
        }
        return text.toString();
    }

    /** Shell text of what the host must have, for preflight.sh. */
    String needs() {
        StringBuilder text = new StringBuilder();
        List<String> own = settings.command();
        if (own != null) {
            text.append("need_command ").append(ShellText.quoted(own.get(0))).append('\n');
        }
        switch (settings.worker()) {
            case JAVA -> {
                if (own == null) {
                    text.append("need_java ")
                            .append(ShellText.quoted(remote.java()))
                            .append('\n');
                }
                for (String entry : classpath()) {
                    text.append("need_entry ").append(ShellText.quoted(entry)).append('\n');
                }
            }
            case PYTHON -> {
                if (own == null) {
                    text.append("need_python ")
                            .append(ShellText.quoted(List.of(interpreter(), pythonPath())))
                            .append('\n');
                }
            }
            case NONE -> {}
        }
        return text.toString();
    }

    private List<String> classpath() {
        List<String> entries = new ArrayList<>(remote.workerClasspath());
        settings.classpath().forEach(entry -> entries.add(remote.resolve(entry)));
        return entries;
    }

    private String interpreter() {
        String own = settings.python();
        if (own != null) {
            return own;
        }
        String variable = System.getenv().getOrDefault("RANKMQ_PYTHON", "");
        return variable.isEmpty() ? System.getProperty("rankmq.python", "python3") : variable;
    }

    private String pythonPath() {
        return settings.pythonPath().stream()
                .map((Path folder) -> remote.resolve(folder))
                .collect(Collectors.joining(":"));
    }
}
