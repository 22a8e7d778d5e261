// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rank is told about the data plane (docs/protocol.md, section 12.1).
 *
 * @param endpoint the data port, {@code tcp://address:port}
 * @param digest name of the hash function
 * @param inlineLimit a message whose attachments are no larger carries them itself, in bytes
 * @param chunk bytes of a chunk
 * @param segments folder of shared memory, empty for none
 * @param serverKey the data port's public key (Z85); null: it has the broker's
 */
public record DataAccess(
        String endpoint,
        String digest,
        int inlineLimit,
        int chunk,
        String segments,
        @Nullable String serverKey) {
    private static final int MIN_INLINE = 65_536;
    private static final int MIN_CHUNK = 4096;
    private static final int MAX_CHUNK = 524_288;

    void write(ObjectNode json) {
        json.put("endpoint", endpoint)
                .put("digest", digest)
                .put("inline_limit", inlineLimit)
                .put("chunk", chunk)
                .put("segments", segments);
        if (serverKey != null) {
            json.put("server_key", serverKey);
        }
    }

    static DataAccess read(String what, Object value) {
        String where = what + ", 'data'";
        Map<String, Object> json = StrictJson.object(value, where + " must be an object");
        return new DataAccess(
                StrictJson.text(where, json, "endpoint"),
                StrictJson.text(where, json, "digest"),
                StrictJson.integer(where, json, "inline_limit", MIN_INLINE, Integer.MAX_VALUE),
                StrictJson.integer(where, json, "chunk", MIN_CHUNK, MAX_CHUNK),
                StrictJson.text(where, json, "segments"),
                json.containsKey("server_key") ? StrictJson.key(where, json, "server_key") : null);
    }
}
