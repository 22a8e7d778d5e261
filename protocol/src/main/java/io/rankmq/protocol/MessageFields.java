// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.ReturnCode;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The fields of each kind, in the order of the tables of docs/protocol.md, section 5. */
final class MessageFields {
    private static final int MAX = Integer.MAX_VALUE;
    private static final Set<String> RETURN_CODES =
            Stream.of(ReturnCode.values()).map(ReturnCode::name).collect(Collectors.toUnmodifiableSet());

    private MessageFields() {}

    /**
     * Writes the fields of a message.
     *
     * @throws IllegalArgumentException if one is out of its range: a fault of the caller
     */
    static void write(Message message, Sender sender, HeaderWriter header) {
        if (message.kind().isSentBy(Sender.PARENT)) {
            writeOfParent(message, sender, header);
        } else {
            writeOfOthers(message, header);
        }
    }

    private static void writeOfParent(Message message, Sender sender, HeaderWriter header) {
        switch (message.kind()) {
            case INITIALIZE -> {}
            case EXECUTE -> {
                Message.Execute m = (Message.Execute) message;
                header.put(Field.TASK, m.task()).put(Field.NAME, m.name()).put(Field.REPLY, m.reply());
            }
            case HANDLE_EVENT -> {
                Message.HandleEvent m = (Message.HandleEvent) message;
                header.put(Field.EVENT, m.event()).put(Field.REPLY, m.reply());
            }
            case ABORT -> {
                Message.Abort m = (Message.Abort) message;
                header.put(Field.TASK, m.task()).put(Field.REASON, m.reason());
            }
            case CLOSE -> {
                Message.Close m = (Message.Close) message;
                header.put(Field.GRACE, m.grace(), 0, MAX).put(Field.REASON, m.reason());
            }
            case PROBE -> {
                Message.Probe m = (Message.Probe) message;
                header.put(Field.NONCE, m.nonce());
            }
            case PARENT_HEARTBEAT -> {
                Message.ParentHeartbeat m = (Message.ParentHeartbeat) message;
                header.count(Field.NEWEST, m.newest());
            }
            case WELCOME -> {
                Message.Welcome m = (Message.Welcome) message;
                header.put(Field.VERSION, m.version(), 1, MAX)
                        .put(Field.WORLD_SIZE, m.worldSize(), 1, Limits.WORLD_SIZE)
                        .count(Field.NEWEST, m.newest())
                        .put(Field.HEARTBEAT, m.heartbeat(), 1, MAX)
                        .put(Field.LEASE, m.lease(), 1, MAX)
                        .put(Field.EVENT_WINDOW, m.eventWindow(), 1, MAX)
                        .put(Field.DATA, m.data())
                        .put(Field.STORE, m.store());
            }
            case REFUSE -> {
                Message.Refuse m = (Message.Refuse) message;
                header.put(Field.ERROR, m.error());
            }
            case ACK -> {
                Message.Ack m = (Message.Ack) message;
                header.put(Field.STREAM, acknowledgeable(m.stream(), sender)).count(Field.UPTO, m.upto());
            }
            case RESEND -> {
                Message.Resend m = (Message.Resend) message;
                header.put(Field.STREAM, acknowledgeable(m.stream(), sender)).number(Field.FROM, m.from());
            }
            case EVENT_REPLY -> {
                Message.EventReply m = (Message.EventReply) message;
                header.number(Field.EVENT_SEQ, m.eventSeq()).put(Field.ERROR, m.error());
            }
            case CLAIMED, ASSIGN -> ClaimFields.write(message, header);
            default -> throw new IllegalArgumentException(message.kind() + " is sent by the other side");
        }
    }

    private static void writeOfOthers(Message message, HeaderWriter header) {
        switch (message.kind()) {
            case JOIN -> {
                Message.Join m = (Message.Join) message;
                header.put(Field.MIN_VERSION, m.minVersion(), 1, MAX)
                        .put(Field.MAX_VERSION, m.maxVersion(), 1, MAX)
                        .put(Field.WORLD_SIZE, m.worldSize(), 1, Limits.WORLD_SIZE)
                        .count(Field.APPLIED, m.applied())
                        .put(Field.HOST, m.host())
                        .count(Field.PID, m.pid())
                        .put(Field.LANGUAGE, m.language())
                        .put(Field.RUNTIME, m.runtime())
                        .put(Field.DATA, m.data())
                        .put(Field.STORE, m.store());
            }
            case ECHO -> {
                Message.Echo m = (Message.Echo) message;
                header.put(Field.NONCE, m.nonce());
            }
            case RANK_HEARTBEAT -> {
                Message.RankHeartbeat m = (Message.RankHeartbeat) message;
                header.count(Field.APPLIED, m.applied()).count(Field.NEWEST, m.newest());
            }
            case INITIALIZED -> {
                Message.Initialized m = (Message.Initialized) message;
                header.count(Field.APPLIED, m.applied()).put(Field.ERROR, m.error());
            }
            case RESULT -> {
                Message.Result m = (Message.Result) message;
                header.count(Field.APPLIED, m.applied())
                        .put(Field.TASK, m.task())
                        .put(Field.RETURN_CODE, known(m.returnCode()))
                        .put(Field.ERROR, m.error());
            }
            case EVENT_HANDLED -> {
                Message.EventHandled m = (Message.EventHandled) message;
                header.count(Field.APPLIED, m.applied())
                        .number(Field.COMMAND, m.command())
                        .put(Field.ERROR, m.error());
            }
            case FAILED -> {
                Message.Failed m = (Message.Failed) message;
                header.count(Field.APPLIED, m.applied()).put(Field.ERROR, m.error());
            }
            case LEAVING -> {
                Message.Leaving m = (Message.Leaving) message;
                header.count(Field.APPLIED, m.applied()).put(Field.REASON, m.reason());
            }
            case EVENT -> {
                Message.Event m = (Message.Event) message;
                header.put(Field.EVENT, m.event()).put(Field.WAIT, m.awaited());
            }
            case MARK -> {
                Message.Mark m = (Message.Mark) message;
                header.count(Field.NEWEST, m.newest());
            }
            case CLAIM -> ClaimFields.write(message, header);
            default -> throw new IllegalArgumentException(message.kind() + " is sent by the other side");
        }
    }

    static Message read(Kind kind, Sender sender, HeaderReader in, Body body) throws ProtocolException {
        return kind.isSentBy(Sender.PARENT) ? readOfParent(kind, sender, in, body) : readOfOthers(kind, in, body);
    }

    private static Message readOfParent(Kind kind, Sender sender, HeaderReader in, Body body) throws ProtocolException {
        return switch (kind) {
            case INITIALIZE -> new Message.Initialize(body);
            case EXECUTE -> new Message.Execute(in.text(Field.TASK), in.text(Field.NAME), in.ranks(Field.REPLY), body);
            case HANDLE_EVENT -> new Message.HandleEvent(in.text(Field.EVENT), in.ranks(Field.REPLY), body);
            case ABORT -> new Message.Abort(in.optionalText(Field.TASK), in.text(Field.REASON));
            case CLOSE -> new Message.Close(in.integer(Field.GRACE, 0, MAX), in.text(Field.REASON));
            case PROBE -> new Message.Probe(in.integer(Field.NONCE, Long.MIN_VALUE, Long.MAX_VALUE));
            case PARENT_HEARTBEAT -> new Message.ParentHeartbeat(in.count(Field.NEWEST));
            case WELCOME ->
                new Message.Welcome(
                        in.integer(Field.VERSION, 1, MAX),
                        in.integer(Field.WORLD_SIZE, 1, Limits.WORLD_SIZE),
                        in.count(Field.NEWEST),
                        in.integer(Field.HEARTBEAT, 1, MAX),
                        in.integer(Field.LEASE, 1, MAX),
                        in.integer(Field.EVENT_WINDOW, 1, MAX),
                        in.optionalInteger(Field.DATA, 0, MAX),
                        in.optionalInteger(Field.STORE, 0, 1));
            case REFUSE -> new Message.Refuse(in.error());
            case ACK -> new Message.Ack(stream(in, sender), in.count(Field.UPTO));
            case RESEND -> new Message.Resend(stream(in, sender), in.number(Field.FROM));
            case EVENT_REPLY -> new Message.EventReply(in.number(Field.EVENT_SEQ), in.optionalError(), body);
            case CLAIMED, ASSIGN -> ClaimFields.read(kind, in);
            default -> throw new IllegalArgumentException(kind + " is sent by the other side");
        };
    }

    private static Message readOfOthers(Kind kind, HeaderReader in, Body body) throws ProtocolException {
        return switch (kind) {
            case JOIN ->
                new Message.Join(
                        in.integer(Field.MIN_VERSION, 1, MAX),
                        in.integer(Field.MAX_VERSION, 1, MAX),
                        in.integer(Field.WORLD_SIZE, 1, Limits.WORLD_SIZE),
                        in.count(Field.APPLIED),
                        in.text(Field.HOST),
                        in.count(Field.PID),
                        in.text(Field.LANGUAGE),
                        in.text(Field.RUNTIME),
                        in.optionalInteger(Field.DATA, 0, MAX),
                        in.optionalText(Field.STORE));
            case ECHO -> new Message.Echo(in.integer(Field.NONCE, Long.MIN_VALUE, Long.MAX_VALUE));
            case RANK_HEARTBEAT -> new Message.RankHeartbeat(in.count(Field.APPLIED), in.count(Field.NEWEST));
            case INITIALIZED -> new Message.Initialized(in.count(Field.APPLIED), in.optionalError(), body);
            case RESULT ->
                new Message.Result(
                        in.count(Field.APPLIED), in.text(Field.TASK), returnCode(in), in.optionalError(), body);
            case EVENT_HANDLED ->
                new Message.EventHandled(in.count(Field.APPLIED), in.number(Field.COMMAND), in.optionalError(), body);
            case FAILED -> new Message.Failed(in.count(Field.APPLIED), in.error());
            case LEAVING -> new Message.Leaving(in.count(Field.APPLIED), in.text(Field.REASON));
            case EVENT -> new Message.Event(in.text(Field.EVENT), in.bool(Field.WAIT), body);
            case MARK -> new Message.Mark(in.count(Field.NEWEST));
            case CLAIM -> ClaimFields.read(kind, in);
            default -> throw new IllegalArgumentException(kind + " is sent by the other side");
        };
    }

    private static String returnCode(HeaderReader in) throws ProtocolException {
        String name = in.text(Field.RETURN_CODE);
        if (!RETURN_CODES.contains(name)) {
            throw new ProtocolException(
                    ErrorCode.MALFORMED,
                    "'return_code' is '" + Text.head(name, 40) + "', expected one of " + RETURN_CODES);
        }
        return name;
    }

    private static String known(String returnCode) {
        if (!RETURN_CODES.contains(returnCode)) {
            throw new IllegalArgumentException(
                    "'return_code' is '" + returnCode + "', expected one of " + RETURN_CODES);
        }
        return returnCode;
    }

    private static String acknowledgeable(StreamName stream, Sender sender) {
        if (!isReceivedBy(stream, sender)) {
            throw new IllegalArgumentException(
                    "'stream' is '" + stream.wireName() + "', which its sender does not receive");
        }
        return stream.wireName();
    }

    /** A rank acknowledges and asks for commands, the parent reports and events. */
    private static boolean isReceivedBy(StreamName stream, Sender receiver) {
        return (stream == StreamName.COMMANDS) == (receiver == Sender.RANK);
    }

    private static StreamName stream(HeaderReader in, Sender sender) throws ProtocolException {
        String name = in.text(Field.STREAM);
        for (StreamName stream : StreamName.values()) {
            if (stream.wireName().equals(name) && isReceivedBy(stream, sender)) {
                return stream;
            }
        }
        throw new ProtocolException(
                ErrorCode.MALFORMED, "'stream' is '" + Text.head(name, 40) + "', which this sender does not receive");
    }
}
