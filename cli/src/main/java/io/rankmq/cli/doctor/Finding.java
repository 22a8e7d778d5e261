// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import org.jspecify.annotations.Nullable;

/**
 * What one check found.
 *
 * @param name what was looked at, in a word or two
 * @param status how it is
 * @param found what is there
 * @param follows what follows from it and what to do; null: nothing
 */
public record Finding(
        String name, Status status, String found, @Nullable String follows) {

    /** How it is. */
    public enum Status {
        /** Everything works. */
        OK,
        /** Something works less well, or not at all but is not needed for Java ranks on this host. */
        WARN,
        /** Not even the basic example can run. */
        MISSING
    }

    static Finding ok(String name, String found) {
        return new Finding(name, Status.OK, found, null);
    }

    static Finding warn(String name, String found, String follows) {
        return new Finding(name, Status.WARN, found, follows);
    }

    static Finding missing(String name, String found, String follows) {
        return new Finding(name, Status.MISSING, found, follows);
    }
}
