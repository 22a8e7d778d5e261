// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A process that publishes a value and then waits to be killed. */
final class AbandonedStore {
    private AbandonedStore() {}

    public static void main(String[] args) throws Exception {
        Store store = Store.open(Path.of(args[0]), args[1], 0, HashKind.XXH3_128);
        store.publish(Bytes.of(ByteBuffer.allocate(100_000)), null);
        System.out.println(store.token());
        System.in.read();
    }
}
