// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import org.jspecify.annotations.Nullable;

/** Who may join (docs/protocol.md, section 6); that the key belongs to the rank is proven before. */
final class JoinRules {

    /** The one version that this parent speaks. */
    static final int PROTOCOL_VERSION = 1;

    private JoinRules() {}

    /** What speaks against a JOIN, or null. */
    static @Nullable WireError objection(RankSlot slot, Message.Join join, int worldSize) {
        if (join.minVersion() > PROTOCOL_VERSION || join.maxVersion() < PROTOCOL_VERSION) {
            return WireError.of(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "the parent speaks version " + PROTOCOL_VERSION + ", the rank " + join.minVersion() + " to "
                            + join.maxVersion());
        }
        if (join.worldSize() != worldSize) {
            return WireError.of(
                    ErrorCode.BAD_WORLD_SIZE,
                    "the world size is " + worldSize + ", the rank was told " + join.worldSize());
        }
        Long known = slot.pid();
        if (slot.isIn() && known != null && known != join.pid()) {
            return WireError.of(ErrorCode.FORBIDDEN, "another process is " + slot.name() + " already");
        }
        return null;
    }
}
