// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.AbortSignal;

/**
 * Mini-batch gradient descent on the cross-entropy, in the order in which the images come, so that every language takes the same
 * steps.
 *
 * @param learningRate length of a step
 * @param batch images a step
 * @param epochs how often all images are gone through
 */
record GradientDescent(double learningRate, int batch, int epochs) {

    GradientDescent {
        if (!(learningRate > 0) || batch < 1 || epochs < 1) {
            throw new IllegalArgumentException("learning_rate must be above 0, batch and epochs at least 1; given were "
                    + learningRate + ", " + batch + " and " + epochs);
        }
    }

    /**
     * Improves a model in place.
     *
     * @return mean loss of the images in the last epoch, each before its step; NaN if it was aborted
     */
    double train(Model model, DigitsData data, AbortSignal abort) {
        double loss = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            loss = 0;
            for (int from = 0; from < data.size(); from += batch) {
                if (abort.triggered()) {
                    return Double.NaN;
                }
                loss += step(model, data, from, Math.min(from + batch, data.size()));
            }
        }
        return loss / data.size();
    }

    /** One step over the images from {@code from} to {@code to}; returns the sum of their losses. */
    private double step(Model model, DigitsData data, int from, int to) {
        Gradient gradient = new Gradient(model.hidden());
        double loss = 0;
        for (int i = from; i < to; i++) {
            loss += gradient.add(model, data.image(i), data.label(i));
        }
        double length = learningRate / (to - from);
        descend(model.w1(), gradient.w1, length);
        descend(model.b1(), gradient.b1, length);
        descend(model.w2(), gradient.w2, length);
        descend(model.b2(), gradient.b2, length);
        return loss;
    }

    private static void descend(double[] parameter, double[] gradient, double length) {
        for (int i = 0; i < parameter.length; i++) {
            parameter[i] -= length * gradient[i];
        }
    }

    /** The gradient of a batch, summed over its images. */
    private static final class Gradient {
        private final double[] w1;
        private final double[] b1;
        private final double[] w2;
        private final double[] b2 = new double[DigitsData.CLASSES];

        Gradient(int hidden) {
            w1 = new double[DigitsData.PIXELS * hidden];
            b1 = new double[hidden];
            w2 = new double[hidden * DigitsData.CLASSES];
        }

        /** Adds one image; returns its loss. */
        double add(Model model, double[] image, int label) {
            double[] activations = model.hiddenFor(image);
            double[] error = model.probabilities(activations);
            double loss = -Math.log(error[label]);
            error[label] -= 1;
            double[] hiddenError = new double[activations.length];
            for (int h = 0; h < activations.length; h++) {
                double back = 0;
                for (int c = 0; c < error.length; c++) {
                    int weight = h * error.length + c;
                    w2[weight] += activations[h] * error[c];
                    back += model.w2()[weight] * error[c];
                }
                hiddenError[h] = activations[h] > 0 ? back : 0;
            }
            addTo(b2, error);
            addTo(b1, hiddenError);
            for (int i = 0; i < image.length; i++) {
                for (int h = 0; h < hiddenError.length; h++) {
                    w1[i * hiddenError.length + h] += image[i] * hiddenError[h];
                }
            }
            return loss;
        }

        private static void addTo(double[] sum, double[] summand) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += summand[i];
            }
        }
    }
}
