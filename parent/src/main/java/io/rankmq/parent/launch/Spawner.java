// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Starts processes that a terminal's signals do not reach: each in a kernel session of its own, without our standard input. */
final class Spawner {
    private static final Redirect NOTHING = Redirect.from(new File("/dev/null"));
    private static final long MKFIFO_SECONDS = 10;

    /** Of util-linux; null where it is missing, as on macOS: then processes stay in our group, and Ctrl-C reaches them too. */
    private static final @Nullable String SETSID = Executables.lookUp("setsid", searchPath());

    private Spawner() {}

    /** Starts a process of a gang. */
    static Process start(List<String> words, Map<String, String> environment, Path out, Path err) throws IOException {
        ProcessBuilder builder = detached(words)
                .redirectInput(NOTHING)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Starts a process of a gang with a pipe from us as its standard input. */
    static Process startFed(List<String> words, Map<String, String> environment, Path out, Path err)
            throws IOException {
        ProcessBuilder builder = detached(words).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /**
     * Starts a process that is none of the gang: it sees nothing of our environment but PATH, so that it is not taken for a rank of ours
     * nor of a session that we are in. Its standard input is a pipe from us.
     */
    static Process startHelper(List<String> words) throws IOException {
        ProcessBuilder builder = detached(words)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .directory(new File("/"));
        builder.environment().clear();
        builder.environment().put("PATH", searchPath());
        return builder.start();
    }

    /** Makes named pipes that only their owner can use. */
    static void makePipes(List<Path> files) throws IOException {
        List<String> words = new ArrayList<>(List.of("mkfifo", "-m", "600"));
        files.forEach(file -> words.add(file.toString()));
        Process process = new ProcessBuilder(words)
                .redirectInput(NOTHING)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        boolean ended = false;
        try {
            ended = process.waitFor(MKFIFO_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
        if (!ended || process.exitValue() != 0) {
            throw new IOException("no named pipe can be made in " + files.get(0).getParent());
        }
    }

    private static ProcessBuilder detached(List<String> words) {
        List<String> all = new ArrayList<>(words);
        if (SETSID != null) {
            all.add(0, SETSID);
        }
        return new ProcessBuilder(all);
    }

    private static String searchPath() {
        String path = System.getenv("PATH");
        return path == null ? Executables.DEFAULT_PATH : path;
    }
}
