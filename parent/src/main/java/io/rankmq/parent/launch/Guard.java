// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that ends the gang when this JVM is gone, be it by kill -9: the pipe that we hold open closes then. We tell it on that
 * pipe what was started, and at an orderly end that it is not needed any more. Safe for use by many threads.
 */
final class Guard {
    private static final String SCRIPT = "guard.sh";
    private static final long END_SECONDS = 2;

    private final Process process;
    private final OutputStream pipe;

    private Guard(Process process) {
        this.process = process;
        this.pipe = process.getOutputStream();
    }

    /** Starts one that guards the processes of a gang, its folder, and its shared memory. */
    static Guard start(LaunchRequest request, GangFolder folder, Path proc) throws IOException {
        String script = folder.write(SCRIPT, script()).toString();
        return new Guard(Spawner.startHelper(List.of(
                "/bin/sh",
                script,
                request.session(),
                folder.path().toString(),
                proc.toString(),
                request.segments(),
                Integer.toString(request.incarnation()))));
    }

    void started(long pid) {
        say("started " + pid);
    }

    /** The process and its group are gone; its number may soon be somebody else's. */
    void gone(long pid) {
        say("gone " + pid);
    }

    /** Ends it, without it doing anything. */
    void end() {
        say("end");
        boolean interrupted = Thread.interrupted();
        try {
            pipe.close();
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It is gone already.
        } catch (InterruptedException e) {
            interrupted = true;
        }
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void say(String words) {
        try {
            pipe.write((words + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            // Somebody killed it. The leases of the ranks still end them when this process is gone.
        }
    }

    private static String script() throws IOException {
        try (InputStream in = Guard.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new FileNotFoundException("the resource " + SCRIPT + " is missing from this program's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
