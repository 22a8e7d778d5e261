// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/** The fields of each kind, in the order of the tables of docs/protocol.md, section 5. */
final class MessageFields {
    private static final int MAX = Integer.MAX_VALUE;

    private MessageFields() {}

    static void write(Message message, HeaderWriter header) {
        if (message.kind().isSentBy(Sender.PARENT)) {
            writeOfParent(message, header);
        } else {
            writeOfOthers(message, header);
        }
    }

    private static void writeOfParent(Message message, HeaderWriter header) {
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
                header.put(Field.GRACE, m.grace()).put(Field.REASON, m.reason());
            }
            case PROBE -> {
                Message.Probe m = (Message.Probe) message;
                header.put(Field.NONCE, m.nonce());
            }
            case PARENT_HEARTBEAT -> {
                Message.ParentHeartbeat m = (Message.ParentHeartbeat) message;
                header.put(Field.NEWEST, m.newest());
            }
            case WELCOME -> {
                Message.Welcome m = (Message.Welcome) message;
                header.put(Field.VERSION, m.version())
                        .put(Field.WORLD_SIZE, m.worldSize())
                        .put(Field.NEWEST, m.newest())
                        .put(Field.HEARTBEAT, m.heartbeat())
                        .put(Field.LEASE, m.lease())
                        .put(Field.EVENT_WINDOW, m.eventWindow())
                        .put(Field.DATA, m.data())
                        .put(Field.STORE, m.store());
            }
            case REFUSE -> {
                Message.Refuse m = (Message.Refuse) message;
                header.put(Field.ERROR, m.error());
            }
            case ACK -> {
                Message.Ack m = (Message.Ack) message;
                header.put(Field.STREAM, m.stream().wireName()).put(Field.UPTO, m.upto());
            }
            case RESEND -> {
                Message.Resend m = (Message.Resend) message;
                header.put(Field.STREAM, m.stream().wireName()).put(Field.FROM, m.from());
            }
            case EVENT_REPLY -> {
                Message.EventReply m = (Message.EventReply) message;
                header.put(Field.EVENT_SEQ, m.eventSeq()).put(Field.ERROR, m.error());
            }
            case CLAIMED, ASSIGN -> ClaimFields.write(message, header);
            default -> throw new IllegalArgumentException(message.kind() + " is sent by the other side");
        }
    }

    private static void writeOfOthers(Message message, HeaderWriter header) {
        switch (message.kind()) {
            case JOIN -> {
                Message.Join m = (Message.Join) message;
                header.put(Field.MIN_VERSION, m.minVersion())
                        .put(Field.MAX_VERSION, m.maxVersion())
                        .put(Field.WORLD_SIZE, m.worldSize())
                        .put(Field.APPLIED, m.applied())
                        .put(Field.HOST, m.host())
                        .put(Field.PID, m.pid())
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
                header.put(Field.APPLIED, m.applied()).put(Field.NEWEST, m.newest());
            }
            case INITIALIZED -> {
                Message.Initialized m = (Message.Initialized) message;
                header.put(Field.APPLIED, m.applied()).put(Field.ERROR, m.error());
            }
            case RESULT -> {
                Message.Result m = (Message.Result) message;
                header.put(Field.APPLIED, m.applied())
                        .put(Field.TASK, m.task())
                        .put(Field.RETURN_CODE, m.returnCode())
                        .put(Field.ERROR, m.error());
            }
            case EVENT_HANDLED -> {
                Message.EventHandled m = (Message.EventHandled) message;
                header.put(Field.APPLIED, m.applied())
                        .put(Field.COMMAND, m.command())
                        .put(Field.ERROR, m.error());
            }
            case FAILED -> {
                Message.Failed m = (Message.Failed) message;
                header.put(Field.APPLIED, m.applied()).put(Field.ERROR, m.error());
            }
            case LEAVING -> {
                Message.Leaving m = (Message.Leaving) message;
                header.put(Field.APPLIED, m.applied()).put(Field.REASON, m.reason());
            }
            case EVENT -> {
                Message.Event m = (Message.Event) message;
                header.put(Field.EVENT, m.event()).put(Field.WAIT, m.awaited());
            }
            case MARK -> {
                Message.Mark m = (Message.Mark) message;
                header.put(Field.NEWEST, m.newest());
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
                        in.count(Field.APPLIED),
                        in.text(Field.TASK),
                        in.text(Field.RETURN_CODE),
                        in.optionalError(),
                        body);
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

    /** A rank acknowledges and asks for commands, the parent reports and events. */
    private static StreamName stream(HeaderReader in, Sender sender) throws ProtocolException {
        String name = in.text(Field.STREAM);
        for (StreamName stream : StreamName.values()) {
            if (stream.wireName().equals(name) && (stream == StreamName.COMMANDS) == (sender == Sender.RANK)) {
                return stream;
            }
        }
        throw new ProtocolException(
                ErrorCode.MALFORMED, "'stream' is '" + Text.head(name, 40) + "', which this sender does not receive");
    }
}
