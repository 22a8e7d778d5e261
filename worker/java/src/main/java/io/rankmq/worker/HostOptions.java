// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@link Host}: {@code --bootstrap FILE [--wait 60s] [--slots 1] [--keep] [--jvm-arg ARG]...}
 *
 * @param bootstrap where the document will be
 * @param patience how long to wait for it; without end if {@code keep}
 * @param slots how many ranks to start
 * @param keep whether to wait for the next document after the ranks have ended
 * @param jvmArgs for the ranks' JVMs
 */
record HostOptions(Path bootstrap, Duration patience, int slots, boolean keep, List<String> jvmArgs) {
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s|m|h)?");
    private static final int MOST_SLOTS = 1024;
    private static final String USAGE = "usage: --bootstrap FILE [--wait 60s] [--slots 1] [--keep] [--jvm-arg ARG]...";

    HostOptions {
        jvmArgs = List.copyOf(jvmArgs);
    }

    /**
     * Reads them.
     *
     * @throws SettingsException for what is missing, unknown or wrong; one sentence
     */
    static HostOptions parse(String[] args) {
        Path bootstrap = null;
        Duration patience = Duration.ofSeconds(60);
        int slots = 1;
        boolean keep = false;
        List<String> jvmArgs = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            if (name.equals("--keep")) {
                keep = true;
                continue;
            }
            String value = i + 1 < args.length ? args[++i] : null;
            switch (name) {
                case "--bootstrap" -> bootstrap = Path.of(given(name, value));
                case "--wait" -> patience = time(given(name, value));
                case "--slots" -> slots = number(given(name, value));
                case "--jvm-arg" -> jvmArgs.add(given(name, value));
                default -> throw new SettingsException("'" + name + "' is no option; " + USAGE);
            }
        }
        if (bootstrap == null) {
            throw new SettingsException("--bootstrap is missing; " + USAGE);
        }
        return new HostOptions(bootstrap, patience, slots, keep, jvmArgs);
    }

    private static String given(String name, @Nullable String value) {
        if (value == null) {
            throw new SettingsException(name + " needs a value; " + USAGE);
        }
        return value;
    }

    private static int number(String text) {
        if (!text.matches("[1-9]\\d{0,3}") || Integer.parseInt(text) > MOST_SLOTS) {
            throw new SettingsException("--slots is '" + text + "', expected a number from 1 to " + MOST_SLOTS);
        }
        return Integer.parseInt(text);
    }

    private static Duration time(String text) {
        Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new SettingsException("--wait is '" + text + "', expected a time such as 60s, 500ms or 5m");
        }
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofSeconds(amount);
        };
    }
}
