// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.util.Arrays;
import java.util.Collection;

/** Figures of measurements, in whatever unit they were taken. */
public final class Samples {
    private Samples() {}

    /**
     * The smallest value that at least this part of the values does not exceed.
     *
     * @param values at least one; left as they are
     * @param part from above 0 to 1: 0.5 is the median, 0.99 leaves out one in a hundred
     */
    public static double percentile(double[] values, double part) {
        if (values.length == 0 || part <= 0 || part > 1) {
            throw new IllegalArgumentException(values.length + " values, part " + part);
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }

    /** The median of at least one value. */
    public static double median(Collection<Double> values) {
        return percentile(values.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
    }
}
