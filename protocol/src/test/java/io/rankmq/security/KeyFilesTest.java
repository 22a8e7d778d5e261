// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {

    @TempDir
    Path folder;

    private final CurveKeyPair keys = CurveKeyPair.generate();

    @Test
    void aKeyPairComesBackAsItWasWrittenAndOnlyItsOwnerCanTouchTheFile() throws IOException {
        Path file = folder.resolve("broker.key");
        KeyFiles.writeKeyPair(file, keys);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(KeyFiles.readKeyPair(file)).isEqualTo(keys);
    }

    @Test
    void writingReplacesAFileAndLeavesNoPartBehind() throws IOException {
        Path file = folder.resolve("broker.key");
        Files.writeString(file, "open to all");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        KeyFiles.writeKeyPair(file, keys);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw-rw-rw-", "rwx--x---"})
    void aFileThatOthersCanUseIsRefused(String permissions) throws IOException {
        Path file = folder.resolve("broker.key");
        KeyFiles.writeKeyPair(file, keys);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> KeyFiles.readKeyPair(file))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("can be used by others")
                .hasMessageContaining("chmod 600 " + file);
    }

    @Test
    void aFileOfAnotherUserIsRefused() throws IOException {
        Path file = folder.resolve("broker.key");
        KeyFiles.writeKeyPair(file, keys);
        Assumptions.assumeTrue(tryToGiveAway(file), "only root can give a file away");
        assertThatThrownBy(() -> KeyFiles.readKeyPair(file))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("belongs to user 12345");
    }

    @Test
    void whatIsNoFileIsRefusedWithOneSentence() throws IOException {
        Path missing = folder.resolve("missing.key");
        assertThatThrownBy(() -> KeyFiles.readKeyPair(missing))
                .isInstanceOf(KeyFileException.class)
                .hasMessage("cannot read " + missing + ": there is no such file or folder");
        assertThatThrownBy(() -> KeyFiles.readKeyPair(folder))
                .isInstanceOf(KeyFileException.class)
                .hasMessage(folder + " is no regular file");
        Path nowhere = folder.resolve("missing/broker.key");
        assertThatThrownBy(() -> KeyFiles.writeKeyPair(nowhere, keys))
                .isInstanceOf(KeyFileException.class)
                .hasMessage("cannot write " + nowhere + ": there is no such file or folder");
    }

    @Test
    void aFileThatHoldsNoKeyPairIsRefusedWithoutQuotingIt() {
        Path file = folder.resolve("broker.key");
        KeyFiles.write(file, "{\"public\":\"" + keys.publicKey() + "\",\"secret\":\"topsecret\"}");
        assertThatThrownBy(() -> KeyFiles.readKeyPair(file))
                .isInstanceOf(KeyFileException.class)
                .hasMessage("key file " + file + ": 'secret' must be a CURVE key, 40 characters of Z85");
        KeyFiles.write(file, "topsecret");
        assertThatThrownBy(() -> KeyFiles.readKeyPair(file))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("is no JSON: see line 1")
                .hasMessageNotContaining("topsecret");
        KeyFiles.write(file, "x".repeat(5000));
        assertThatThrownBy(() -> KeyFiles.readKeyPair(file)).hasMessageContaining("is larger than 4096 bytes");
    }

    @Test
    void theSecretIsInNoText() {
        assertThat(keys.toString()).contains(keys.publicKey()).doesNotContain(keys.secretKey());
        assertThatThrownBy(() -> new CurveKeyPair(keys.publicKey(), "topsecret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("topsecret");
    }

    @Test
    void onlyFortyCharactersOfZ85ThatStandForThirtyTwoBytesAreAKey() {
        assertThat(CurveKeyPair.isKey(keys.publicKey())).isTrue();
        assertThat(CurveKeyPair.isKey(keys.publicKey().substring(1))).isFalse();
        assertThat(CurveKeyPair.isKey(keys.publicKey().substring(1) + " ")).isFalse();
        assertThat(CurveKeyPair.isKey("#####" + keys.publicKey().substring(5))).isFalse();
    }

    private static boolean tryToGiveAway(Path file) {
        try {
            Files.setAttribute(file, "unix:uid", 12345);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
