// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A perceptron with one hidden layer: {@code softmax(relu(x w1 + b1) w2 + b2)}. It computes in float64 and travels as float32.
 * Not safe for use by many threads.
 */
final class Model {

    /** Names of the parameters, in a shareable and in the model file. */
    static final List<String> NAMES = List.of("w1", "b1", "w2", "b2");

    private final int hidden;
    private final double[][] parameters;

    private Model(int hidden, double[][] parameters) {
        this.hidden = hidden;
        this.parameters = parameters;
    }

    /** A model that has learned nothing: weights by He's rule from a seeded generator, biases 0. */
    static Model random(int hidden, long seed) {
        Random random = new Random(seed);
        double[][] parameters = new double[NAMES.size()][];
        for (int p = 0; p < parameters.length; p++) {
            long[] shape = shape(p, hidden);
            double[] values = new double[(int) (shape.length == 1 ? shape[0] : shape[0] * shape[1])];
            if (shape.length == 2) {
                double deviation = Math.sqrt(2.0 / shape[0]);
                for (int i = 0; i < values.length; i++) {
                    values[i] = deviation * random.nextGaussian();
                }
            }
            parameters[p] = values;
        }
        return new Model(hidden, parameters);
    }

    /**
     * The model in a shareable; its tensors are copied.
     *
     * @throws IllegalArgumentException if a parameter is absent or has the wrong shape; the message names it
     */
    static Model from(Shareable shareable) {
        int hidden = Math.toIntExact(shareable.get("b1", Tensor.class).size());
        double[][] parameters = new double[NAMES.size()][];
        for (int p = 0; p < parameters.length; p++) {
            Tensor tensor = shareable.get(NAMES.get(p), Tensor.class);
            if (!Arrays.equals(tensor.shape(), shape(p, hidden))) {
                throw new IllegalArgumentException("parameter '" + NAMES.get(p) + "' is " + tensor + ", expected "
                        + Arrays.toString(shape(p, hidden)));
            }
            parameters[p] = widen(tensor.toFloatArray());
        }
        return new Model(hidden, parameters);
    }

    /**
     * The mean of models of one shape.
     *
     * @param models at least one
     * @param samples how much each counts, in the same order
     */
    static Model average(List<Model> models, List<Long> samples) {
        double total = samples.stream().mapToLong(Long::longValue).sum();
        List<double[]> mean = new ArrayList<>();
        for (int p = 0; p < NAMES.size(); p++) {
            double[] sum = new double[models.get(0).parameters[p].length];
            for (int m = 0; m < models.size(); m++) {
                double share = samples.get(m) / total;
                double[] values = models.get(m).parameters[p];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += share * values[i];
                }
            }
            mean.add(sum);
        }
        return new Model(models.get(0).hidden, mean.toArray(double[][]::new));
    }

    /** The parameters as float32 tensors, by name. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int p = 0; p < parameters.length; p++) {
            tensors.put(NAMES.get(p), Tensor.ofFloats(narrow(parameters[p]), shape(p, hidden)));
        }
        return tensors;
    }

    /** Number of hidden units. */
    int hidden() {
        return hidden;
    }

    /** The weights from pixels to hidden units, row by row; not a copy. */
    double[] w1() {
        return parameters[0];
    }

    /** The biases of the hidden units; not a copy. */
    double[] b1() {
        return parameters[1];
    }

    /** The weights from hidden units to digits, row by row; not a copy. */
    double[] w2() {
        return parameters[2];
    }

    /** The biases of the digits; not a copy. */
    double[] b2() {
        return parameters[3];
    }

    /** Activations of the hidden units for an image. */
    double[] hiddenFor(double[] image) {
        return layer(image, w1(), b1(), true);
    }

    /** Probability of each digit, from the activations of the hidden units. */
    double[] probabilities(double[] activations) {
        double[] scores = layer(activations, w2(), b2(), false);
        double highest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (int c = 0; c < scores.length; c++) {
            scores[c] = Math.exp(scores[c] - highest);
            sum += scores[c];
        }
        for (int c = 0; c < scores.length; c++) {
            scores[c] /= sum;
        }
        return scores;
    }

    private static double[] layer(double[] in, double[] weights, double[] bias, boolean rectify) {
        double[] out = bias.clone();
        for (int i = 0; i < in.length; i++) {
            for (int o = 0; o < out.length; o++) {
                out[o] += in[i] * weights[i * out.length + o];
            }
        }
        if (rectify) {
            for (int o = 0; o < out.length; o++) {
                out[o] = Math.max(0, out[o]);
            }
        }
        return out;
    }

    private static long[] shape(int parameter, int hidden) {
        return switch (NAMES.get(parameter)) {
            case "w1" -> new long[] {DigitsData.PIXELS, hidden};
            case "b1" -> new long[] {hidden};
            case "w2" -> new long[] {hidden, DigitsData.CLASSES};
            default -> new long[] {DigitsData.CLASSES};
        };
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
