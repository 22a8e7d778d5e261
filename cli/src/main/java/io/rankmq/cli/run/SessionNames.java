// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Names of sessions that a person finds again among the folders of other runs: when, which job, and something random. */
final class SessionNames {
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LONGEST_JOB = 40;
    private static final int RANDOM_LETTERS = 6;

    private SessionNames() {}

    static String next(String job, Instant now) {
        return name(job, now, new SecureRandom());
    }

    static String name(String job, Instant now, RandomGenerator random) {
        String plain = job.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        StringBuilder name = new StringBuilder(WHEN.format(now))
                .append('-')
                .append(plain, 0, Math.min(plain.length(), LONGEST_JOB))
                .append('-');
        for (int i = 0; i < RANDOM_LETTERS; i++) {
            name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return name.toString();
    }
}
