// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and what it has for ranks.
 *
 * @param target how the host is reached, such as {@code user@h1}
 * @param slots how many ranks it takes
 * @param devices what each local rank is to use, in the order of local ranks; empty: nobody is told
 */
record HostSlots(String target, int slots, List<String> devices) {
    static final int MAX_SLOTS = 65_536;

    /** No blanks, and no dash in front: ssh would take it for an option. */
    private static final Pattern TARGET = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.@-]*");

    private static final Pattern WITH_SLOTS = Pattern.compile("([^:\\s]+)(?::(\\d{1,5}))?");

    HostSlots {
        devices = List.copyOf(devices);
        if (!TARGET.matcher(target).matches()) {
            throw new IllegalArgumentException("'" + target + "' is no name of a host; give letters, digits, dots and"
                    + " dashes, with user@ before it where the user is another one");
        }
        if (slots < 1 || slots > MAX_SLOTS) {
            throw new IllegalArgumentException(
                    "host " + target + " has " + slots + " slots, expected 1 to " + MAX_SLOTS);
        }
    }

    /** Without the user. */
    String name() {
        return target.substring(target.indexOf('@') + 1);
    }

    /** From {@code h1} or {@code h1:2}. */
    static HostSlots parse(String text) {
        Matcher matcher = WITH_SLOTS.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no host; give its name, or name and slots as in h1:2");
        }
        String slots = matcher.group(2);
        return new HostSlots(matcher.group(1), slots == null ? 1 : Integer.parseInt(slots), List.of());
    }
}
