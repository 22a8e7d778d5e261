// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapDocumentTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final CurveKeyPair first = CurveKeyPair.generate();
    private final CurveKeyPair second = CurveKeyPair.generate();
    private final BootstrapDocument document = new BootstrapDocument(
            "s-3k9x",
            2,
            4,
            "tcp://127.0.0.1:40001",
            "tcp://127.0.0.1:40002",
            "tcp://10.0.12.255:65535",
            CurveKeyPair.generate().publicKey(),
            List.of("io.rankmq.examples."),
            new TreeMap<>(Map.of(0, first, 3, second)));

    @Test
    void aDocumentComesBackFromAPrivateFile() throws Exception {
        Path file = folder.resolve("bootstrap.json");
        document.write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(BootstrapDocument.load(file.toString())).isEqualTo(document);
    }

    @Test
    void theJsonIsTheOneOfTheProtocol() throws Exception {
        JsonNode json = JSON.readTree(document.toJson());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "version",
                        "session",
                        "incarnation",
                        "world_size",
                        "commands",
                        "control",
                        "events",
                        "server_key",
                        "allow",
                        "ranks");
        assertThat(json.at("/version").intValue()).isEqualTo(1);
        assertThat(json.at("/world_size").intValue()).isEqualTo(4);
        assertThat(json.at("/ranks/3/public").textValue()).isEqualTo(second.publicKey());
        assertThat(json.at("/ranks/3/secret").textValue()).isEqualTo(second.secretKey());
    }

    @Test
    void aDocumentComesFromAnInheritedDescriptor() throws Exception {
        Path file = folder.resolve("bootstrap.json");
        document.write(file);
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            assertThat(BootstrapDocument.load("fd:" + numberOf(file))).isEqualTo(document);
            assertThat(in.available()).isPositive();
        }
    }

    @Test
    void aDocumentComesFromStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(document.toJson().getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(BootstrapDocument.load("-")).isEqualTo(document);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void aWriterThatNeverClosesIsNotWaitedForForEver() throws Exception {
        Process silent = new ProcessBuilder("sleep", "30").start();
        try {
            assertThatThrownBy(() -> BootstrapSource.drain("-", silent.getInputStream(), 50))
                    .isInstanceOf(KeyFileException.class)
                    .hasMessageContaining("did not end within 50 ms");
        } finally {
            silent.destroyForcibly().waitFor();
        }
    }

    @Test
    void aDescriptorThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> BootstrapDocument.load("fd:987654"))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("descriptor 987654 is not open");
        assertThatThrownBy(() -> BootstrapDocument.load("fd:../1"))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("names no descriptor");
    }

    @Test
    void aDocumentThatOthersCanReadIsRefused() throws Exception {
        Path file = folder.resolve("bootstrap.json");
        document.write(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> BootstrapDocument.load(file.toString()))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("can be used by others");
    }

    @Test
    void theDocumentOfOneRankHoldsNoOtherKeys() {
        BootstrapDocument own = document.forRank(3);
        assertThat(own.ranks()).containsOnly(Map.entry(3, second));
        assertThat(own.toJson()).contains(second.secretKey()).doesNotContain(first.secretKey());
        assertThatThrownBy(() -> document.forRank(1))
                .isInstanceOf(KeyFileException.class)
                .hasMessage("the bootstrap document has no keys for rank 1; it has those of [0, 3]");
    }

    @Test
    void noSecretIsInItsText() {
        assertThat(document.toString())
                .contains("s-3k9x")
                .doesNotContain(first.secretKey())
                .doesNotContain(second.secretKey());
    }

    @Test
    void unknownKeysOfANewerWriterAreIgnored() throws Exception {
        assertThat(parse(json -> json.put("future", 1))).isEqualTo(document);
    }

    @Test
    void everyFaultIsNamedInOneSentenceWithoutASecret() {
        assertRefused(json -> json.put("version", 2), "has version 2, this worker reads version 1");
        for (String key : List.of(
                "version",
                "session",
                "incarnation",
                "world_size",
                "commands",
                "control",
                "events",
                "server_key",
                "allow",
                "ranks")) {
            assertRefused(json -> json.remove(key), "has no '" + key + "'");
            assertRefused(json -> json.putNull(key), "'" + key + "'");
        }
        assertRefused(json -> json.put("session", "Has Spaces"), "'session' must be 1 to 64 characters");
        assertRefused(json -> json.put("session", ""), "'session' must be 1 to 64 characters");
        assertRefused(json -> json.put("incarnation", -1), "'incarnation' must be an integer from 0");
        assertRefused(json -> json.put("incarnation", 1.5), "'incarnation' must be an integer");
        assertRefused(json -> json.put("world_size", 0), "'world_size' must be an integer from 1 to 65536");
        assertRefused(json -> json.put("world_size", 3), "'ranks' must be numbers from 0 to 2");
        for (String endpoint : List.of(
                "tcp://localhost:1",
                "tcp://127.0.0.1",
                "tcp://127.0.0.1:0",
                "tcp://127.0.0.1:65536",
                "ipc:///tmp/x",
                "tcp://256.0.0.1:5",
                "tcp://1.2.3:5",
                "tcp://1.2.3.4.5:5",
                " tcp://127.0.0.1:1")) {
            assertRefused(json -> json.put("commands", endpoint), "'commands' must be tcp://address:port");
        }
        assertRefused(json -> json.put("server_key", "short"), "'server_key' must be a CURVE key");
        assertRefused(json -> json.put("allow", "io."), "'allow' must be a list of strings");
        assertRefused(json -> json.putArray("allow").add(1), "'allow' must be a list of strings");
        assertRefused(json -> json.putObject("ranks"), "'ranks' must have at least one rank");
        assertRefused(json -> ranks(json).putObject("01"), "'ranks' must be an object from rank to keys");
        assertRefused(json -> ranks(json).putObject("x"), "'ranks' must be an object from rank to keys");
        assertRefused(json -> ranks(json).put("0", "key"), "rank 0 must be an object");
        assertRefused(json -> ranks(json).putObject("0").put("public", first.publicKey()), "rank 0 has no 'secret'");
    }

    @Test
    void whatIsNotOneJsonObjectIsRefused() {
        for (String text : List.of("", "[]", "1", "{", "{} {}", "{\"version\":1,\"version\":1}", "not json")) {
            assertThatThrownBy(() -> BootstrapDocument.parse("the document", text))
                    .isInstanceOf(KeyFileException.class)
                    .message()
                    .startsWith("the document")
                    .hasLineCount(1);
        }
    }

    private void assertRefused(Consumer<ObjectNode> change, String sentence) {
        assertThatThrownBy(() -> parse(change))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining(sentence)
                .hasMessageNotContaining(first.secretKey())
                .hasMessageNotContaining(second.secretKey());
    }

    private BootstrapDocument parse(Consumer<ObjectNode> change) throws Exception {
        ObjectNode json = (ObjectNode) JSON.readTree(document.toJson());
        change.accept(json);
        return BootstrapDocument.parse("the document", json.toString());
    }

    private static ObjectNode ranks(ObjectNode json) {
        return (ObjectNode) json.get("ranks");
    }

    private static String numberOf(Path file) throws Exception {
        Path real = file.toRealPath();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(fd -> leadsTo(fd, real))
                    .findFirst()
                    .orElseThrow()
                    .getFileName()
                    .toString();
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
