// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final int SIZE = 3_000_000;

    @TempDir
    Path root;

    private Store store() throws IOException {
        return Store.open(root, "s-1", 0, HashKind.XXH3_128);
    }

    private static ByteBuffer value(int first) {
        return ByteBuffer.allocate(SIZE).putInt(0, first);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void aValueIsFoundByItsDigestAndIsReadOnly() throws IOException {
        try (Store store = store()) {
            Digest digest = store.publish(value(1), null);

            ByteBuffer found = store.find(new DataRef(digest, SIZE));

            assertThat(digest).isEqualTo(BlockCopy.digest(value(1), HashKind.XXH3_128));
            assertThat(found).isEqualTo(value(1));
            assertThat(found.isReadOnly()).isTrue();
            assertThat(store.find(new DataRef(BlockCopy.digest(value(2), HashKind.XXH3_128), SIZE)))
                    .isNull();
        }
        assertThat(files(root)).as("the last to leave removes the folder").isEmpty();
    }

    @Test
    void anEqualValueIsWrittenOnceAndAKnownOneIsNotLookedAt() throws IOException {
        try (Store store = store()) {
            Digest digest = store.publish(value(1), null);
            store.publish(value(1), digest);
            assertThat(store.written()).isEqualTo(SIZE);
            assertThat(store.hits()).isEqualTo(1);
        }
    }

    @Test
    void pagesOfAReleasedValueAreUsedAgainAndThoseOfANeededOneAreNot() throws IOException {
        try (Store store = store()) {
            Path folder = files(root).get(0);
            Digest first = store.publish(value(1), null);
            Digest needed = store.publish(value(2), null);
            int before = files(folder).size();
            store.release(first);

            Digest third = store.publish(value(3), null);

            assertThat(files(folder)).hasSize(before);
            assertThat(store.find(new DataRef(first, SIZE))).isNull();
            assertThat(store.find(new DataRef(needed, SIZE))).isEqualTo(value(2));
            assertThat(store.find(new DataRef(third, SIZE))).isEqualTo(value(3));
        }
    }

    @Test
    void aValueThatSomebodyLooksAtKeepsItsBytes() throws IOException {
        try (Store store = store()) {
            Digest first = store.publish(value(1), null);
            ByteBuffer view = store.find(new DataRef(first, SIZE));
            store.release(first);

            store.publish(value(2), null);

            assertThat(view).isEqualTo(value(1));
        }
    }

    @Test
    void whatAKilledProcessHasLeftIsRemovedByTheNextStart() throws Exception {
        Process abandoned = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbandonedStore.class.getName(),
                        root.toString(),
                        "s-abandoned")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(abandoned.inputReader(StandardCharsets.UTF_8).readLine()).hasSize(32);
            store().close();
            assertThat(files(root)).as("somebody lives there").hasSize(1);
        } finally {
            abandoned.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        store().close();
        assertThat(files(root)).isEmpty();
    }

    @Test
    void aFolderThatOthersMayEnterIsNotUsed() throws IOException {
        Store store = store();
        Path folder = files(root).get(0);
        store.close();
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        assertThatThrownBy(this::store).isInstanceOf(IOException.class).hasMessageContaining("0700");
    }
}
