// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import java.io.Closeable;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** Where the classes of a job's handlers come from: its class path, after the command line's own. */
public final class JobClasspath implements Closeable {
    private final URLClassLoader loader;

    /** A class path of these jars and folders, absolute. */
    public JobClasspath(List<Path> entries) {
        loader = new URLClassLoader(
                "job",
                entries.stream().map(JobClasspath::url).toArray(URL[]::new),
                JobClasspath.class.getClassLoader());
    }

    /** The loader; usable until this is closed. */
    public ClassLoader loader() {
        return loader;
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("'" + entry + "' cannot be on a class path", e);
        }
    }
}
