// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.KeyFileException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Starts nothing: it leaves the bootstrap document in a file, and somebody else starts the ranks, which find the session by it, claim their numbers
 * and join. Immutable. From a job file it is made by {@code launcher: {type: external, bootstrap: FILE}}; docs/launchers.md says what it cannot do.
 */
public final class ExternalLauncher implements Launcher {
    private final Path bootstrap;
    private final boolean relaysOutput;

    /** With the file for the document; it is private to this user, and removed when the ranks are to end. Ranks send what they write. */
    public ExternalLauncher(Path bootstrap) {
        this(bootstrap, true);
    }

    /** With the file for the document, and whether ranks are to send what they write, beside writing it. */
    public ExternalLauncher(Path bootstrap, boolean relaysOutput) {
        this.bootstrap = bootstrap.toAbsolutePath().normalize();
        this.relaysOutput = relaysOutput;
    }

    @Override
    public boolean ranksRelayOutput() {
        return relaysOutput;
    }

    @Override
    public boolean ranksClaim() {
        return true;
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
        Path folder = bootstrap.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new LaunchException("the bootstrap document cannot be written to " + bootstrap
                    + ": there is no such folder; make it, or name another file by launcher.bootstrap");
        }
        try {
            request.bootstrap().write(bootstrap);
        } catch (KeyFileException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
        return new ExternalGang(bootstrap, request.bootstrap());
    }
}
