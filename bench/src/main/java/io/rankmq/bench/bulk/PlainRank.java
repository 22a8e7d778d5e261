// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.bench.report.Sums;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A rank of the floor: for each line it maps and reads a file, and writes another one if the line names one. */
public final class PlainRank {
    private static final int PIECE = 1 << 20;

    private PlainRank() {}

    /** Lines on standard input: a file, a blank, and the file to write or a dash. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ByteBuffer own = ByteBuffer.allocate(0);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] files = line.split(" ", 2);
            long sum = read(Path.of(files[0]));
            if (!files[1].equals("-")) {
                long size = Path.of(files[0]).toFile().length();
                own = own.capacity() == size ? own : ByteBuffer.allocate((int) size);
                write(Path.of(files[1]), own);
            }
            System.out.println(sum);
        }
    }

    static long read(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return Sums.of(file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()));
        }
    }

    static void write(Path path, ByteBuffer bytes) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int at = 0; at < bytes.capacity(); at += PIECE) {
                file.write(bytes.slice(at, Math.min(PIECE, bytes.capacity() - at)), at);
            }
        }
    }
}
