// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/** The fields of the messages by which a process gets a rank, in the order of the tables of docs/protocol.md, section 13. */
final class ClaimFields {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int LAST_RANK = Limits.WORLD_SIZE - 1;
    private static final int LAST_PORT = 65_535;

    private ClaimFields() {}

    static void write(Message message, HeaderWriter header) {
        if (message instanceof Message.Claim m) {
            header.put(Field.MIN_VERSION, m.minVersion())
                    .put(Field.MAX_VERSION, m.maxVersion())
                    .put(Field.NONCE, m.nonce())
                    .put(Field.HOST, m.host())
                    .put(Field.ADDRESS, m.address())
                    .put(Field.PORT, m.port())
                    .put(Field.PID, m.pid())
                    .put(Field.LANGUAGE, m.language());
            if (m.slot() != null) {
                header.put(Field.SLOT, m.slot());
            }
        } else if (message instanceof Message.Claimed m) {
            header.put(Field.NONCE, m.nonce()).put(Field.CLAIMS, m.claims()).put(Field.WORLD_SIZE, m.worldSize());
        } else if (message instanceof Message.Assign m) {
            header.put(Field.NONCE, m.nonce())
                    .put(Field.ASSIGNED, m.assigned())
                    .put(Field.WORLD_SIZE, m.worldSize())
                    .put(Field.LOCAL_RANK, m.localRank())
                    .put(Field.LOCAL_WORLD_SIZE, m.localWorldSize())
                    .put(Field.GROUP_RANK, m.groupRank())
                    .put(Field.MASTER_ADDR, m.masterAddr())
                    .put(Field.MASTER_PORT, m.masterPort())
                    .put(Field.PUBLIC, m.publicKey())
                    .put(Field.SECRET, m.secretKey());
        } else {
            throw new IllegalArgumentException(message.kind() + " is no message about a claim");
        }
    }

    static Message read(Kind kind, HeaderReader in) throws ProtocolException {
        long nonce = in.integer(Field.NONCE, Long.MIN_VALUE, Long.MAX_VALUE);
        return switch (kind) {
            case CLAIM ->
                new Message.Claim(
                        in.integer(Field.MIN_VERSION, 1, MAX),
                        in.integer(Field.MAX_VERSION, 1, MAX),
                        nonce,
                        in.text(Field.HOST),
                        in.text(Field.ADDRESS),
                        in.integer(Field.PORT, 1, LAST_PORT),
                        in.count(Field.PID),
                        in.text(Field.LANGUAGE),
                        in.has(Field.SLOT) ? in.integer(Field.SLOT, 0, LAST_RANK) : null);
            case CLAIMED ->
                new Message.Claimed(nonce, in.count(Field.CLAIMS), in.integer(Field.WORLD_SIZE, 1, Limits.WORLD_SIZE));
            case ASSIGN ->
                new Message.Assign(
                        nonce,
                        in.integer(Field.ASSIGNED, 0, LAST_RANK),
                        in.integer(Field.WORLD_SIZE, 1, Limits.WORLD_SIZE),
                        in.integer(Field.LOCAL_RANK, 0, LAST_RANK),
                        in.integer(Field.LOCAL_WORLD_SIZE, 1, Limits.WORLD_SIZE),
                        in.integer(Field.GROUP_RANK, 0, LAST_RANK),
                        in.text(Field.MASTER_ADDR),
                        in.integer(Field.MASTER_PORT, 1, LAST_PORT),
                        in.text(Field.PUBLIC),
                        in.text(Field.SECRET));
            default -> throw new IllegalArgumentException(kind + " is no message about a claim");
        };
    }
}
