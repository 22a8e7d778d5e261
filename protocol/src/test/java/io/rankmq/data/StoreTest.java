// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final int SIZE = 3_000_000;
    private static final int PIECE = 1 << 20;

    @TempDir
    Path root;

    private Store store() throws IOException {
        return Store.open(root, "s-1", 0, HashKind.XXH3_128);
    }

    private static Bytes value(int first) {
        return Bytes.of(ByteBuffer.allocate(SIZE).putInt(0, first));
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

            Bytes found = store.find(new DataRef(digest, SIZE));

            assertThat(digest).isEqualTo(BlockCopy.digest(value(1), HashKind.XXH3_128));
            assertThat(found).isEqualTo(value(1));
            assertThat(found.pieces().get(0).isReadOnly()).isTrue();
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
            Bytes view = store.find(new DataRef(first, SIZE));
            store.release(first);

            store.publish(value(2), null);

            assertThat(view).isEqualTo(value(1));
        }
    }

    /** What is over 2 GiB, with pieces of 1 MiB. */
    @Test
    void aValueThatIsTooLargeForOneBufferIsMappedInPiecesAndReadAcrossThem() throws IOException {
        try (Store store = Store.open(root, "s-1", 0, HashKind.XXH3_128, PIECE)) {
            byte[] array = new byte[SIZE];
            new Random(6).nextBytes(array);
            Bytes bytes = Bytes.of(ByteBuffer.wrap(array));
            Digest digest = store.publish(bytes, null);

            Bytes found = store.find(new DataRef(digest, SIZE));

            assertThat(found.pieces())
                    .extracting(ByteBuffer::remaining)
                    .containsExactly(PIECE, PIECE, SIZE - 2 * PIECE);
            assertThat(found.pieces()).allMatch(ByteBuffer::isReadOnly);
            assertThat(found).isEqualTo(bytes);
            assertThat(store.read(digest, PIECE - 10, 20)).isEqualTo(ByteBuffer.wrap(array, PIECE - 10, 20));
            store.release(digest);
            assertThat(store.read(digest, PIECE - 10, 20))
                    .as("of the mapping")
                    .isEqualTo(ByteBuffer.wrap(array, PIECE - 10, 20));
            assertThat(store.read(digest, SIZE - 10, 20)).isNull();
        }
    }

    @Test
    void aValueOfWhichOnlyAPartIsStillHeldIsFoundWholeAndKeepsItsBytes() throws IOException {
        try (Store store = Store.open(root, "s-1", 0, HashKind.XXH3_128, PIECE)) {
            DataRef value = new DataRef(store.publish(value(7), null), SIZE);
            store.release(value.digest());
            ByteBuffer part = store.find(value).pieces().get(0);
            WeakReference<ByteBuffer> rest =
                    new WeakReference<>(store.find(value).pieces().get(1));
            while (rest.get() != null) {
                System.gc();
            }

            assertThat(store.find(value)).isEqualTo(value(7));
            store.publish(value(8), null);

            assertThat(part.getInt(0)).isEqualTo(7);
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
