// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/**
 * Every limit of docs/protocol.md, section 8, in one place. The constants are the protocol's own and cannot be changed; the
 * components may be set lower (or, where the protocol allows it, higher) for one process.
 *
 * @param bodyBytes bytes of a body: it is parsed as one piece and so stays in memory twice; more gets LIMIT_EXCEEDED
 * @param attachments number of attachments: a model of 65,536 layers is larger than any we know; more gets LIMIT_EXCEEDED
 * @param attachmentBytes bytes of one attachment in a message: it becomes one buffer, and Java arrays end here; more gets LIMIT_EXCEEDED
 * @param messageBytes bytes of body and attachments together, so that one message cannot fill a host; more gets LIMIT_EXCEEDED
 * @param depth maps and arrays inside each other: values are walked by recursion; deeper gets INVALID_VALUE
 * @param elements elements of all arrays and maps of a body: each costs many times its bytes once decoded; more gets INVALID_VALUE
 * @param unacknowledgedCommands commands kept until all ranks have them; the caller waits, then gets LIMIT_EXCEEDED
 * @param unacknowledgedBytes bytes of these commands; the caller waits, then gets LIMIT_EXCEEDED
 * @param eventWindow unacknowledged events of a rank; the firing component waits
 */
public record Limits(
        int bodyBytes,
        int attachments,
        int attachmentBytes,
        long messageBytes,
        int depth,
        int elements,
        int unacknowledgedCommands,
        long unacknowledgedBytes,
        int eventWindow) {

    /** Bytes of a frame, which keeps an I/O thread responsive: bodies and attachments are cut here. More gets LIMIT_EXCEEDED. */
    public static final int FRAME_BYTES = 524_288;

    /** Bytes of a header: one frame, so that it holds the lengths of all attachments. More gets LIMIT_EXCEEDED. */
    public static final int HEADER_BYTES = FRAME_BYTES;

    /** A tensor or bin of more bytes travels as an attachment, so that it is not copied into the body; INVALID_VALUE otherwise. */
    public static final int INLINE_BYTES = 65_536;

    /** Bytes of a value that travels by reference. More is MALFORMED. */
    public static final long VALUE_BYTES = 1L << 40;

    /** Characters of a name, message or reason in a header: what a person can read. More gets LIMIT_EXCEEDED. */
    public static final int TEXT_CHARACTERS = 4096;

    /** Characters of a trace in a header: some hundred stack frames. More gets LIMIT_EXCEEDED. */
    public static final int TRACE_CHARACTERS = 16_384;

    /** Dimensions of a tensor: as many as numpy had for decades. More gets INVALID_VALUE. */
    public static final int DIMENSIONS = 32;

    /** Ranks of a session. More is refused. */
    public static final int WORLD_SIZE = 65_536;

    /** Largest number of a stream: what every language's float holds exactly. More gets MALFORMED. */
    public static final long MAX_SEQ = 1L << 53;

    /** The protocol's limits. */
    public static final Limits DEFAULT =
            new Limits(64 << 20, 65_536, Integer.MAX_VALUE - 8, 8L << 30, 64, 4_194_304, 1024, 16L << 30, 1024);
}
