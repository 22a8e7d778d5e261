// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import io.rankmq.component.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Checks a job against the published JSON Schema. The library finds what is wrong; the sentences are ours, made with the schema's titles. */
final class SchemaCheck {
    private static final String SCHEMA = "job.schema.json";

    private SchemaCheck() {}

    /** The job's schema, as it is published in docs/. */
    static String schemaText() {
        return schemaText(SCHEMA);
    }

    private static String schemaText(String name) {
        try (InputStream in = SchemaCheck.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the faults of a job to the document. */
    static void check(JobDocument document) {
        check(document, SCHEMA);
    }

    /** Adds the faults by the schema of that name to the document. */
    static void check(JobDocument document, String name) {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schemaText(name), InputFormat.JSON);
        for (Error error : schema.validate(document.root())) {
            String path = path(error.getInstanceLocation());
            JsonNode around = around(schema.getSchemaNode(), error);
            switch (error.getKeyword()) {
                case "additionalProperties" -> unknownKey(document, path, error.getProperty(), around);
                case "required" -> {
                    JsonNode missing = around.path("properties").path(error.getProperty());
                    document.fault(
                            JobDocument.child(path, error.getProperty()),
                            "this key is missing, expected " + title(schema.getSchemaNode(), missing));
                }
                default ->
                    document.fault(
                            path,
                            "expected " + title(schema.getSchemaNode(), around) + ", got "
                                    + Values.describe(error.getInstanceNode()));
            }
        }
    }

    private static void unknownKey(JobDocument document, String path, String key, JsonNode around) {
        List<String> known = new ArrayList<>();
        around.path("properties").fieldNames().forEachRemaining(known::add);
        document.faultOfKey(JobDocument.child(path, key), "unknown key '" + key + "'" + NearestName.hint(key, known));
    }

    /** The part of the schema that holds the keyword that was not met. */
    private static JsonNode around(JsonNode root, Error error) {
        NodePath keyword = error.getSchemaLocation().getFragment();
        JsonNode at = root;
        for (int i = 0; i < keyword.getNameCount() - 1; i++) {
            at = at.path(keyword.getElement(i).toString());
        }
        return at;
    }

    private static String title(JsonNode root, JsonNode schema) {
        String reference = schema.path("$ref").asText("");
        JsonNode target = reference.isEmpty() ? schema : root.at(reference.substring(1));
        return target.path("title").asText("another value");
    }

    private static String path(NodePath location) {
        String path = "";
        for (int i = 0; i < location.getNameCount(); i++) {
            path = JobDocument.child(path, location.getElement(i));
        }
        return path;
    }
}
