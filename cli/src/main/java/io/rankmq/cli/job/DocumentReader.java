// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads a YAML 1.2 file into a {@link JobDocument}. Not Jackson's YAML reader, which leaves aliases unresolved and forgets where a
 * value began.
 */
final class DocumentReader {
    static final int MAX_BYTES = 1 << 20;

    /** As deep as a value may be on the wire. */
    static final int MAX_DEPTH = 64;

    /** Far more than anybody needs, far less than an alias bomb makes. */
    static final int MAX_ALIASES = 1_000;

    private final String file;
    private final LoadSettings settings;

    DocumentReader(String file) {
        this.file = file;
        settings = LoadSettings.builder()
                .setLabel(file)
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(MAX_ALIASES)
                .build();
    }

    /**
     * Reads a file.
     *
     * @throws JobFileException if there is nothing in it that could be looked at further: one fault
     */
    JobDocument read(Path path) throws JobFileException {
        NodeConverter converter = new NodeConverter();
        JsonNode root = converter.convert(compose(text(path)));
        if (!(root instanceof ObjectNode object)) {
            throw new JobFileException(
                    file, "it holds " + Values.describe(root) + ", expected a map with the keys of a job");
        }
        return new JobDocument(object, converter.keys(), converter.values(), converter.faults());
    }

    /**
     * Reads one value, as an option of the command line gives it.
     *
     * @throws IllegalArgumentException if it is no YAML value; one sentence
     */
    static JsonNode readValue(String text) {
        DocumentReader reader = new DocumentReader("the value");
        try {
            if (text.isBlank()) {
                return JsonNodeFactory.instance.nullNode();
            }
            NodeConverter converter = new NodeConverter();
            JsonNode value = converter.convert(reader.compose(text));
            if (!converter.faults().isEmpty()) {
                throw new IllegalArgumentException(converter.faults().get(0).message());
            }
            return value;
        } catch (JobFileException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private String text(Path path) throws JobFileException {
        byte[] bytes;
        try {
            if (Files.isDirectory(path)) {
                throw new JobFileException(file, "it is a folder, expected a job file (YAML)");
            }
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            }
        } catch (NoSuchFileException e) {
            throw new JobFileException(file, "there is no such file");
        } catch (AccessDeniedException e) {
            throw new JobFileException(file, "it cannot be read: permission denied");
        } catch (IOException e) {
            throw new JobFileException(file, "it cannot be read: " + e.getMessage());
        }
        if (bytes.length > MAX_BYTES) {
            throw new JobFileException(file, "it is larger than 1 MiB, which no job file needs to be");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new JobFileException(file, "it is not UTF-8 text; save it as UTF-8");
        }
    }

    private Node compose(String text) throws JobFileException {
        try {
            checkShape(text);
            return new Compose(settings)
                    .composeString(text)
                    .orElseThrow(
                            () -> new JobFileException(file, "it is empty, expected a map with the keys of a job"));
        } catch (MarkedYamlEngineException e) {
            throw broken(e.getProblemMark().orElse(null), sentence(e));
        } catch (YamlEngineException e) {
            throw broken(
                    null, String.valueOf(e.getMessage()).lines().findFirst().orElse("it cannot be parsed"));
        }
    }

    /** Looks at the events, which takes no recursion and builds nothing, so that no file can exhaust the stack or the memory. */
    private void checkShape(String text) throws JobFileException {
        int depth = 0;
        int aliases = 0;
        int documents = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                throw at(event.getStartMark().orElse(null), "the file is nested more than " + MAX_DEPTH + " deep");
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            } else if (event instanceof AliasEvent && ++aliases > MAX_ALIASES) {
                throw at(event.getStartMark().orElse(null), "the file has more than " + MAX_ALIASES + " aliases");
            } else if (event instanceof DocumentStartEvent && ++documents > 1) {
                throw at(
                        event.getStartMark().orElse(null),
                        "a second YAML document begins here, expected one job in a file");
            }
        }
    }

    private static String sentence(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        String context = e.getContext();
        return context == null || context.isEmpty() ? problem : problem + " " + context;
    }

    private JobFileException broken(@Nullable Mark mark, String sentence) {
        return at(mark, "this is no valid YAML: " + sentence.replaceAll("\\s+", " "));
    }

    private JobFileException at(@Nullable Mark mark, String message) {
        Origin origin = mark == null ? Origin.FILE : Origin.at(mark.getLine() + 1, mark.getColumn() + 1);
        return new JobFileException(file, List.of(new Fault(origin, "", message)));
    }
}
