// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.DType;
import io.rankmq.api.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads what {@link NpzFile} writes, by the format's own description and not by the writer's code. */
final class NpzContent {
    private static final Pattern SHAPE = Pattern.compile("'shape': \\(([0-9, ]*)\\)");

    private NpzContent() {}

    /** The float32 tensors of a file, by name, in its order. */
    static Map<String, Tensor> read(Path file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                tensors.put(entry.getName().replaceFirst("\\.npy$", ""), tensor(zip.readAllBytes()));
            }
        }
        return tensors;
    }

    private static Tensor tensor(byte[] npy) {
        int headerLength = (npy[8] & 0xff) | (npy[9] & 0xff) << 8;
        String header = new String(npy, 10, headerLength, StandardCharsets.US_ASCII);
        Matcher shape = SHAPE.matcher(header);
        if (!header.contains("'descr': '<f4'") || !header.contains("'fortran_order': False") || !shape.find()) {
            throw new IllegalArgumentException("not a float32 array in C order: " + header);
        }
        long[] dimensions = Arrays.stream(shape.group(1).split(","))
                .map(String::strip)
                .filter(number -> !number.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        int start = 10 + headerLength;
        return Tensor.of(DType.FLOAT32, dimensions, Tensor.Order.C, ByteBuffer.wrap(npy, start, npy.length - start));
    }
}
