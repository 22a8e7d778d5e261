// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Where a bootstrap document comes from: a private file, an inherited descriptor, or standard input. */
final class BootstrapSource {

    /** Keys of 65,536 ranks take about 8 MB. */
    static final int MAX_BYTES = 16 << 20;

    private static final int DEADLINE_MILLIS = 30_000;

    private BootstrapSource() {}

    static String describe(String spec) {
        if (spec.equals("-")) {
            return "the bootstrap document on standard input";
        }
        return "the bootstrap document " + spec;
    }

    static String read(String spec) {
        if (spec.equals("-")) {
            return drain(spec, System.in, DEADLINE_MILLIS);
        }
        if (!spec.startsWith("fd:")) {
            return KeyFiles.read(Path.of(spec), MAX_BYTES);
        }
        String number = spec.substring(3);
        if (!number.matches("\\d{1,6}")) {
            throw new KeyFileException("'" + spec + "' names no descriptor; write fd:N with a number N");
        }
        try (InputStream in = new FileInputStream("/proc/self/fd/" + number)) {
            return drain(spec, in, DEADLINE_MILLIS);
        } catch (IOException e) {
            throw new KeyFileException("descriptor " + number + " is not open for reading; pass it on to the rank");
        }
    }

    /** Reads to the end, but does not wait for ever for a writer that never closes. */
    static String drain(String spec, InputStream in, long deadlineMillis) {
        CompletableFuture<byte[]> content = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        content.complete(in.readNBytes(MAX_BYTES + 1));
                    } catch (IOException e) {
                        content.completeExceptionally(e);
                    }
                },
                "rankmq-bootstrap");
        reader.setDaemon(true);
        reader.start();
        try {
            byte[] bytes = content.get(deadlineMillis, TimeUnit.MILLISECONDS);
            if (bytes.length > MAX_BYTES) {
                throw new KeyFileException(describe(spec) + " is larger than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (ExecutionException e) {
            throw new KeyFileException("cannot read " + describe(spec) + ": " + e.getMessage());
        } catch (TimeoutException e) {
            throw new KeyFileException(
                    describe(spec) + " did not end within " + deadlineMillis + " ms; its writer must close it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeyFileException("interrupted while reading " + describe(spec));
        }
    }
}
