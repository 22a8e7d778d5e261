// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets of ranks as people write them: {@code 0-1,4}. */
final class RankRanges {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?");

    private RankRanges() {}

    /**
     * The ranks that a text or a list of numbers names.
     *
     * @throws IllegalArgumentException if it names none, or is not understood
     */
    static NavigableSet<Integer> parse(Object value) {
        NavigableSet<Integer> ranks = new TreeSet<>();
        if (value instanceof Collection<?> list) {
            list.forEach(item -> add(ranks, String.valueOf(item)));
        } else {
            for (String part : String.valueOf(value).split(",", -1)) {
                add(ranks, part);
            }
        }
        if (ranks.isEmpty()) {
            throw notUnderstood(value);
        }
        return Collections.unmodifiableNavigableSet(ranks);
    }

    private static void add(NavigableSet<Integer> ranks, String part) {
        Matcher matcher = RANGE.matcher(part.strip());
        if (!matcher.matches()) {
            throw notUnderstood(part);
        }
        int first = Integer.parseInt(matcher.group(1));
        int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
        if (last < first) {
            throw notUnderstood(part);
        }
        for (int rank = first; rank <= last; rank++) {
            ranks.add(rank);
        }
    }

    private static IllegalArgumentException notUnderstood(Object part) {
        return new IllegalArgumentException(
                "'" + part + "' was given, expected ranks such as 0-1 or 0,2-3, or a list of numbers");
    }
}
