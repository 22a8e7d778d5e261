// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.WireError;
import io.rankmq.security.CurveKeyPair;
import org.jspecify.annotations.Nullable;

/** What a parent may ask for. Pure functions. */
final class OpenRules {
    private OpenRules() {}

    /** Why a session that this process has not open is refused, or null. */
    static @Nullable WireError objection(
            ParentState parent, LinkMessage.Open open, boolean isNameTaken, LinkLimits limits, Tickets tickets) {
        SessionId id = new SessionId(open.session(), open.incarnation());
        if (open.minVersion() > LinkCodec.VERSION || open.maxVersion() < LinkCodec.VERSION) {
            return WireError.of(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "this broker speaks version " + LinkCodec.VERSION + ", the parent " + open.minVersion() + " to "
                            + open.maxVersion() + "; update the older of the two");
        }
        if (isNameTaken) {
            return WireError.of(ErrorCode.FORBIDDEN, "the name of session " + id + " is taken; choose another");
        }
        boolean claimsPort = open.port() != 0 || !open.ticket().isEmpty();
        if (claimsPort && !tickets.isGood(open.ticket(), parent.key(), id, open.port())) {
            return WireError.of(
                    ErrorCode.FORBIDDEN, "this broker never gave port " + open.port() + " to session " + id);
        }
        if (parent.sessions() >= limits.sessionsPerParent()) {
            return WireError.of(
                    ErrorCode.LIMIT_EXCEEDED,
                    "a parent may have " + limits.sessionsPerParent() + " sessions at this broker, and has them");
        }
        if (open.keys().size() > limits.ranksPerSession()) {
            return WireError.of(
                    ErrorCode.LIMIT_EXCEEDED,
                    "a session may have " + limits.ranksPerSession() + " ranks at this broker, not "
                            + open.keys().size());
        }
        String join = open.joinKey();
        if (!open.keys().values().stream().allMatch(CurveKeyPair::isKey)
                || (join != null && !CurveKeyPair.isKey(join))) {
            return WireError.of(ErrorCode.INVALID_VALUE, "a key is no public key (40 characters of Z85)");
        }
        return null;
    }
}
