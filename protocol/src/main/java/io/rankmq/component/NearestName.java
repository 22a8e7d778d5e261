// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds what a person meant who mistyped a name. */
public final class NearestName {

    private NearestName() {}

    /** The known name that is nearest to {@code typed}, or null if none is near enough to be meant. */
    public static @Nullable String of(String typed, Collection<String> known) {
        String best = null;
        // More than a third of the letters wrong is another word.
        int bestDistance = Math.max(1, typed.length() / 3) + 1;
        for (String name : new TreeSet<>(known)) {
            int distance = distance(typed.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** The end of a sentence that refuses {@code typed}: the nearest name if there is one, else all of them. */
    public static String hint(String typed, Collection<String> known) {
        String nearest = of(typed, known);
        if (nearest != null) {
            return "; did you mean '" + nearest + "'?";
        }
        return known.isEmpty() ? "; none is known here" : "; known are " + String.join(", ", new TreeSet<>(known));
    }

    /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
