// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Cuts bodies and attachments into frames, and finds them again, without copying either way. */
final class FrameCutter {
    private FrameCutter() {}

    static List<ByteBuffer> cut(ByteBuffer header, Body body) {
        if (body.isEmpty()) {
            return List.of(header);
        }
        List<ByteBuffer> frames = new ArrayList<>();
        frames.add(header);
        cut(Bytes.of(body.bytes()), frames);
        for (Bytes attachment : body.attachments()) {
            cut(attachment, frames);
        }
        return frames;
    }

    private static void cut(Bytes part, List<ByteBuffer> frames) {
        for (long at = 0; at < part.size(); at += Limits.FRAME_BYTES) {
            frames.add(part.read(at, (int) Math.min(Limits.FRAME_BYTES, part.size() - at)));
        }
    }

    /** The body that the frames behind the header hold, if they agree exactly with the lengths that the header tells. */
    static Body find(List<ByteBuffer> frames, Kind kind, HeaderReader header, Limits limits) throws ProtocolException {
        boolean byReference = kind.mayRefer() && header.has(Field.DATA);
        if (!header.has(Field.BODY)) {
            header.refuse(Field.ATTACHMENTS, "there is no body");
            if (byReference) {
                header.refuse(Field.DATA, "there is no body");
            }
            if (frames.size() > 1) {
                throw disagree("there are frames behind a header without a body");
            }
            return Body.NONE;
        }
        long present = present(frames);
        long bodyBytes = header.integer(Field.BODY, 1, Long.MAX_VALUE);
        long[] lengths = header.lengths(Field.ATTACHMENTS, limits.attachments());
        if (byReference) {
            header.refuse(Field.ATTACHMENTS, "there is 'data' too");
        }
        long rest = present - bodyBytes;
        for (int i = 0; i < lengths.length && rest >= 0; i++) {
            rest -= lengths[i];
        }
        if (rest != 0) {
            throw disagree("the header tells another length than the " + present + " bytes that are there");
        }
        checkLimits(bodyBytes, lengths, present, limits);
        int next = 1;
        ByteBuffer[] bodyPieces = pieces(frames, next, bodyBytes);
        next += bodyPieces.length;
        ByteBuffer[][] attachments = new ByteBuffer[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            attachments[i] = pieces(frames, next, lengths[i]);
            next += attachments[i].length;
        }
        if (next != frames.size()) {
            throw disagree("there are empty frames");
        }
        ByteBuffer bytes = bodyPieces.length == 1 ? bodyPieces[0] : Attachments.joined(bodyPieces);
        return new Body(
                bytes,
                lengths.length == 0 ? List.of() : new Attachments(attachments, present - bodyBytes),
                byReference ? header.references(Field.DATA, limits.attachments()) : List.of());
    }

    private static long present(List<ByteBuffer> frames) {
        long present = 0;
        for (int i = 1; i < frames.size(); i++) {
            present += frames.get(i).remaining();
        }
        return present;
    }

    private static void checkLimits(long body, long[] attachments, long whole, Limits limits) throws ProtocolException {
        if (body > limits.bodyBytes()) {
            throw exceeded("a body of " + body + " bytes", limits.bodyBytes());
        }
        for (long attachment : attachments) {
            if (attachment > limits.attachmentBytes()) {
                throw exceeded("an attachment of " + attachment + " bytes", limits.attachmentBytes());
            }
        }
        if (whole > limits.messageBytes()) {
            throw exceeded("a message of " + whole + " bytes", limits.messageBytes());
        }
    }

    private static ByteBuffer[] pieces(List<ByteBuffer> frames, int first, long length) throws ProtocolException {
        int count = (int) ((length + Limits.FRAME_BYTES - 1) / Limits.FRAME_BYTES);
        if (count > frames.size() - first) {
            throw disagree("frames are cut elsewhere than every " + Limits.FRAME_BYTES + " bytes");
        }
        ByteBuffer[] pieces = new ByteBuffer[count];
        long rest = length;
        for (int i = 0; i < count; i++) {
            ByteBuffer frame = frames.get(first + i);
            if (frame.remaining() != Math.min(rest, Limits.FRAME_BYTES)) {
                throw disagree("frames are cut elsewhere than every " + Limits.FRAME_BYTES + " bytes");
            }
            pieces[i] = frame.slice();
            rest -= frame.remaining();
        }
        return pieces;
    }

    private static ProtocolException disagree(String what) {
        return new ProtocolException(ErrorCode.MALFORMED, what);
    }

    private static ProtocolException exceeded(String what, long limit) {
        return new ProtocolException(ErrorCode.LIMIT_EXCEEDED, what + " came, at most " + limit + " are taken");
    }
}
