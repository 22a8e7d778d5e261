// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Images of handwritten digits: either the shard of one rank or the fifth that is held out for evaluation, never both.
 *
 * <p>The split is arithmetic, so that every language agrees on it without a shared random generator. The 1,797 images are put in
 * the order {@code line = place * 1009 mod 1797}, which mixes them (the file begins with the digits in turn, so a split by line
 * would be lopsided). Places 4, 9, 14, ... are held out; the others are dealt to the ranks one after another, like cards.
 */
final class DigitsData {

    /** Pixels of an image, 8 rows of 8. */
    static final int PIXELS = 64;

    /** Digits to tell apart. */
    static final int CLASSES = 10;

    /** Images in the file. */
    static final int IMAGES = 1797;

    /** Images that are not held out. */
    static final int TRAINING_IMAGES = IMAGES - IMAGES / 5;

    private static final int STRIDE = 1009;
    private static final double BRIGHTEST = 16.0;

    private final int[] lines;
    private final double[][] images;
    private final int[] labels;

    private DigitsData(int[] lines, double[][] images, int[] labels) {
        this.lines = lines;
        this.images = images;
        this.labels = labels;
    }

    /**
     * The training images of one rank; nothing of what is held out is ever in it.
     *
     * @throws IllegalArgumentException if there is no such rank, or more ranks than images
     */
    static DigitsData shard(int rank, int worldSize) {
        if (rank < 0 || rank >= worldSize) {
            throw new IllegalArgumentException("rank " + rank + " is not one of 0 to " + (worldSize - 1));
        }
        if (worldSize > TRAINING_IMAGES) {
            throw new IllegalArgumentException("world_size " + worldSize + " leaves ranks without images; use at most "
                    + TRAINING_IMAGES + " ranks");
        }
        // Four of five places are for training: place p is the training image number p - p/5.
        return select(place -> !isHeldOut(place) && (place - place / 5) % worldSize == rank);
    }

    /** The images that no rank sees. */
    static DigitsData heldOut() {
        return select(DigitsData::isHeldOut);
    }

    private static boolean isHeldOut(int place) {
        return place % 5 == 4;
    }

    private static DigitsData select(IntPredicate places) {
        List<String> file = readFile();
        int[] lines = IntStream.range(0, IMAGES)
                .filter(places)
                .map(place -> place * STRIDE % IMAGES)
                .toArray();
        double[][] images = new double[lines.length][];
        int[] labels = new int[lines.length];
        for (int i = 0; i < lines.length; i++) {
            String[] numbers = file.get(lines[i]).split(",");
            images[i] = Arrays.stream(numbers, 0, PIXELS)
                    .mapToDouble(pixel -> Integer.parseInt(pixel) / BRIGHTEST)
                    .toArray();
            labels[i] = Integer.parseInt(numbers[PIXELS]);
        }
        return new DigitsData(lines, images, labels);
    }

    private static List<String> readFile() {
        try (InputStream resource = DigitsData.class.getResourceAsStream("digits.csv.gz")) {
            if (resource == null) {
                throw new IllegalStateException("digits.csv.gz is not on the class path; build the examples again");
            }
            return new BufferedReader(new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException("digits.csv.gz cannot be read; build the examples again", broken);
        }
    }

    /** Number of images. */
    int size() {
        return labels.length;
    }

    /** The pixels of an image, 0 (white) to 1 (black), row by row; not a copy. */
    double[] image(int index) {
        return images[index];
    }

    /** The digit that an image shows. */
    int label(int index) {
        return labels[index];
    }

    /** Which lines of the file the images are, from 0. */
    int[] lines() {
        return lines.clone();
    }
}
