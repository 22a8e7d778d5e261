// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import io.rankmq.broker.ParentKey;
import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of public keys, one a file NAME.pub, that an operator adds to and takes from while the broker runs. One thread. */
final class KeyFolder {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFolder.class);
    private static final String ENDING = ".pub";
    private static final int MAX_BYTES = 256;

    private final Path folder;
    private final boolean operators;
    private final Set<String> complained = new TreeSet<>();

    KeyFolder(Path folder, boolean operators) {
        this.folder = folder;
        this.operators = operators;
    }

    /** Adds the keys that are there now, by public key; a file that holds none is told once. */
    void read(Map<String, ParentKey> into) {
        Map<String, Path> files = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + ENDING)) {
            all.forEach(file -> files.put(String.valueOf(file.getFileName()), file));
            complained.remove("");
        } catch (IOException e) {
            complain("", "The folder " + folder + " cannot be read, so nobody in it is admitted: " + e);
        }
        files.forEach((name, file) -> {
            try {
                String text = read(file);
                if (CurveKeyPair.isKey(text)) {
                    complained.remove(name);
                    String owner = name.substring(0, name.length() - ENDING.length());
                    into.put(text, new ParentKey(owner, text, operators));
                } else {
                    complain(name, file + " holds no public key (40 characters of Z85), so its owner is not admitted");
                }
            } catch (IOException e) {
                complain(name, file + " cannot be read, so its owner is not admitted: " + e);
            }
        });
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            return "";
        }
        return Files.readString(file, StandardCharsets.US_ASCII).strip();
    }

    private void complain(String name, String sentence) {
        if (complained.add(name)) {
            LOG.warn("{}", sentence);
        }
    }
}
