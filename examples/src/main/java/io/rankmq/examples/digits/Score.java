// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

/**
 * How well a model reads images.
 *
 * @param loss mean cross-entropy, in nats
 * @param accuracy share of the images that it reads correctly, 0 to 1
 */
record Score(double loss, double accuracy) {

    /** Reads every image once; changes nothing. */
    static Score of(Model model, DigitsData data) {
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < data.size(); i++) {
            double[] probabilities = model.probabilities(model.hiddenFor(data.image(i)));
            loss -= Math.log(probabilities[data.label(i)]);
            if (mostProbable(probabilities) == data.label(i)) {
                correct++;
            }
        }
        return new Score(loss / data.size(), (double) correct / data.size());
    }

    private static int mostProbable(double[] probabilities) {
        int best = 0;
        for (int c = 1; c < probabilities.length; c++) {
            if (probabilities[c] > probabilities[best]) {
                best = c;
            }
        }
        return best;
    }
}
