// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import io.rankmq.cli.python.PythonEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What Python ranks would find. Asks the interpreter once. */
final class PythonCheck {
    private static final long SECONDS = 20;
    private static final String INSTALL = "install it with: pip install worker/python";

    /** Prints a key and a value a line. */
    private static final String QUESTION = """
            import importlib, sys
            print("version", ".".join(map(str, sys.version_info[:3])))
            for name in ("rankmq", "numpy", "zmq", "msgpack", "venv", "ensurepip"):
                try:
                    module = importlib.import_module(name)
                    version = getattr(module, "__version__", None) or getattr(module, "version", "there")
                    print(name, ".".join(map(str, version)) if isinstance(version, tuple) else version)
                except Exception as error:
                    print("no-" + name, error)
            try:
                import zmq
                print("libzmq", zmq.zmq_version())
                print("curve", zmq.has("curve"))
            except Exception as error:
                pass
            """;

    private final Choice choice = choose();
    private @Nullable Map<String, String> answers;

    /** Which interpreter ranks would get, and whether its packages are installed on first use. */
    private record Choice(String interpreter, String by, boolean isMadeOnFirstUse) {}

    Finding interpreter() {
        String version = answers().get("version");
        String found = choice.interpreter() + " (" + choice.by() + ")";
        if (version == null) {
            return Finding.warn(
                    "python", "cannot be run: " + found, "Python ranks cannot start; install Python 3.9 or newer");
        }
        if (isOld(version)) {
            return Finding.warn("python", version + ", " + found, "Python ranks need 3.9 or newer");
        }
        return Finding.ok("python", version + ", " + found);
    }

    Finding packages() {
        Map<String, String> known = answers();
        if (!known.containsKey("version")) {
            return Finding.warn("python packages", "not looked for", "there is no interpreter that can be asked");
        }
        if (choice.isMadeOnFirstUse()) {
            return known.containsKey("venv") && known.containsKey("ensurepip")
                    ? Finding.ok("python packages", "installed into .venv by the first job with Python ranks")
                    : Finding.warn(
                            "python packages",
                            "venv or ensurepip is missing",
                            "the first job with Python ranks cannot make .venv; install python3-venv");
        }
        StringBuilder found = new StringBuilder();
        StringBuilder absent = new StringBuilder();
        for (String name : new String[] {"rankmq", "numpy", "zmq", "msgpack"}) {
            String version = known.get(name);
            StringBuilder list = version == null ? absent : found;
            list.append(list.isEmpty() ? "" : ", ").append(name).append(version == null ? "" : " " + version);
        }
        return absent.isEmpty()
                ? Finding.ok("python packages", found.toString())
                : Finding.warn("python packages", absent + " missing", "Python ranks cannot start; " + INSTALL);
    }

    Finding curve() {
        Map<String, String> known = answers();
        String libzmq = known.get("libzmq");
        if (libzmq == null) {
            return choice.isMadeOnFirstUse()
                    ? Finding.ok("python curve", "comes with pyzmq")
                    : Finding.warn("python curve", "pyzmq is missing", "Python ranks cannot start; " + INSTALL);
        }
        return "True".equals(known.get("curve"))
                ? Finding.ok("python curve", "libzmq " + libzmq)
                : Finding.warn(
                        "python curve",
                        "libzmq " + libzmq + " was built without it",
                        "Python ranks cannot connect; install pyzmq from a wheel, which has it");
    }

    private static Choice choose() {
        String variable = System.getenv().getOrDefault("RANKMQ_PYTHON", "");
        if (!variable.isEmpty()) {
            return new Choice(variable, "named by RANKMQ_PYTHON", false);
        }
        String property = System.getProperty("rankmq.python", "");
        if (!property.isEmpty()) {
            return new Choice(property, "named by the property rankmq.python", false);
        }
        String home = System.getProperty("rankmq.home", "");
        if (home.isEmpty()) {
            return new Choice("python3", "the one on the PATH", false);
        }
        PythonEnvironment environment = new PythonEnvironment(Path.of(home));
        return environment.isReady()
                ? new Choice(environment.interpreter().toString(), "made by RankMQ", false)
                : new Choice("python3", "from which RankMQ makes .venv", true);
    }

    private Map<String, String> answers() {
        Map<String, String> known = answers;
        if (known == null) {
            known = ask(choice.interpreter());
            answers = known;
        }
        return known;
    }

    private static Map<String, String> ask(String interpreter) {
        Map<String, String> answers = new LinkedHashMap<>();
        try {
            Process python = new ProcessBuilder(interpreter, "-c", QUESTION)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (python.waitFor(SECONDS, TimeUnit.SECONDS) && python.exitValue() == 0) {
                    String text = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    text.lines()
                            .map(line -> line.split(" ", 2))
                            .forEach(pair -> answers.put(pair[0], pair.length > 1 ? pair[1] : ""));
                }
            } finally {
                python.destroyForcibly();
            }
        } catch (IOException e) {
            // No such interpreter: no answers.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answers;
    }

    private static boolean isOld(String version) {
        String[] parts = version.split("\\.", -1);
        int major = Integer.parseInt(parts[0]);
        return major < 3 || (major == 3 && Integer.parseInt(parts[1]) < 9);
    }
}
