// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The name of this host. */
final class HostName {
    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Its parts are no domain. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

    private HostName() {}

    /** What gethostname(2) says, as far as Java lets us ask. */
    static String current() {
        try {
            return Files.readString(KERNEL_NAME).strip();
        } catch (IOException e) {
            return asked();
        }
    }

    /** Whether both are the same host; one of them may have its domain appended. */
    static boolean same(String one, String other) {
        return label(one).equalsIgnoreCase(label(other));
    }

    private static String asked() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static String label(String name) {
        int dot = name.indexOf('.');
        return dot < 0 || ADDRESS.matcher(name).matches() ? name : name.substring(0, dot);
    }
}
