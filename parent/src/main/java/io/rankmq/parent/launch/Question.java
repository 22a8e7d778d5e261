// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A short process of this host that is asked something and answers on its outputs. */
final class Question {

    /** More than that is no answer. */
    private static final int MAX_BYTES = 64 * 1024;

    /**
     * What came of it.
     *
     * @param code exit code, -1 if it did not end in time
     */
    record Answer(int code, String out, String err) {

        /** Whether it ended in time. */
        boolean isInTime() {
            return code >= 0;
        }

        /** The last line that says something; of errors if there are any. */
        String lastLine() {
            List<String> lines =
                    (out + "\n" + err).lines().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty()
                    ? "it says nothing"
                    : lines.get(lines.size() - 1).strip();
        }
    }

    private Question() {}

    /**
     * Runs a program to its end.
     *
     * @param words program and arguments
     * @param environment all variables that it sees
     * @param text what it is told on standard input
     * @param atMost then it is killed
     * @throws IOException if it cannot be started
     */
    static Answer ask(List<String> words, Map<String, String> environment, String text, Duration atMost)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It did not want to hear all; what it says tells why.
            }
            boolean ended = process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return new Answer(
                    ended ? process.exitValue() : -1, there(process.getInputStream()), there(process.getErrorStream()));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** What is there already: a child that holds the pipe open does not hold us. */
    private static String there(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(Math.min(MAX_BYTES, in.available()));
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
