// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the golden vectors: a person runs this after a change to the protocol, and reads the difference before committing it. */
public final class GenerateVectors {
    private static final JsonMapper MAPPER = new JsonMapper();

    private GenerateVectors() {}

    /** Writes the files into the folder that is named. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        write(folder, files());
        write(folder.resolveSibling("link-vectors"), linkFiles());
    }

    private static void write(Path folder, Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }

    /** Names and contents of the files for the link, which ranks do not speak. */
    static Map<String, String> linkFiles() throws JsonProcessingException {
        Map<String, String> files = new TreeMap<>();
        for (Map.Entry<String, ArrayNode> file : LinkVectors.all().entrySet()) {
            files.put(file.getKey() + ".json", text(file.getValue()));
        }
        return files;
    }

    /** Names and contents of all files. */
    static Map<String, String> files() throws JsonProcessingException {
        Map<String, String> files = new TreeMap<>();
        for (Map<String, VectorFile> group :
                List.of(GoodVectors.all(), BadVectors.all(), BadBodyVectors.all(), DataVectors.all())) {
            for (Map.Entry<String, VectorFile> file : group.entrySet()) {
                files.put(file.getKey() + ".json", text(file.getValue().vectors));
            }
        }
        return files;
    }

    /** One vector a line, so that a change shows as changed lines. */
    private static String text(ArrayNode vectors) throws JsonProcessingException {
        List<String> lines = new ArrayList<>();
        for (JsonNode vector : vectors) {
            lines.add(MAPPER.writeValueAsString(vector));
        }
        return "[\n" + String.join(",\n", lines) + "\n]\n";
    }
}
