// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a host whether ranks can run there: preflight.sh. */
final class Preflight {

    /**
     * What a host says.
     *
     * @param port a port that was free there a moment ago
     * @param hostName what the host calls itself
     */
    record Answer(int port, String hostName) {}

    private final String token;

    /** {@code token} marks the answer among what login scripts print. */
    Preflight(String token) {
        this.token = token;
    }

    /** The text to send to a host that needs these things. */
    String text(String needs) {
        return "token=" + ShellText.quoted(token) + "\n" + ShellText.function("needs", needs)
                + AgentText.resource("preflight.sh");
    }

    /**
     * Finds the answer in what a host printed.
     *
     * @throws LaunchException if the host cannot run ranks, or there is no answer; what is wrong, and what to do
     */
    Answer read(String printed, String instead) throws LaunchException {
        Matcher matcher = Pattern.compile(Pattern.quote(token) + " (ok (\\d+) (\\S+)|no (.*))")
                .matcher(printed);
        if (!matcher.find()) {
            throw new LaunchException(instead);
        }
        if (matcher.group(4) != null) {
            throw new LaunchException(matcher.group(4));
        }
        return new Answer(Integer.parseInt(matcher.group(2)), matcher.group(3));
    }
}
