// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One immutable record a message; docs/protocol.md, section 5, says what each means. A {@code reply} of null means all ranks. Times
 * are milliseconds. Free texts are cut to what may travel; names that are too long are refused with IllegalArgumentException.
 */
public sealed interface Message {

    /** For exhaustive switches. */
    Kind kind();

    /** The body, {@link Body#NONE} where the kind has none. */
    default Body body() {
        return Body.NONE;
    }

    /** Build the components and fire START_RUN. */
    record Initialize(Body body) implements Message {
        @Override
        public Kind kind() {
            return Kind.INITIALIZE;
        }
    }

    /** Run the executor. */
    record Execute(String task, String name, @Nullable List<Integer> reply, Body body) implements Message {
        /** Refuses names that are too long to travel. */
        public Execute {
            Text.name("the task's id", task);
            Text.name("the task's name", name);
        }

        @Override
        public Kind kind() {
            return Kind.EXECUTE;
        }
    }

    /** Fire an event locally. */
    record HandleEvent(String event, @Nullable List<Integer> reply, Body body) implements Message {
        /** Refuses a type that is too long to travel. */
        public HandleEvent {
            Text.name("the event's type", event);
        }

        @Override
        public Kind kind() {
            return Kind.HANDLE_EVENT;
        }
    }

    /** Set the abort signal of a task; null: of every task received so far. */
    record Abort(@Nullable String task, String reason) implements Message {
        /** Cuts the reason to what may travel. */
        public Abort {
            reason = Text.head(reason, Limits.TEXT_CHARACTERS);
        }

        @Override
        public Kind kind() {
            return Kind.ABORT;
        }
    }

    /** Abort what runs and end within {@code grace}. */
    record Close(int grace, String reason) implements Message {
        /** Cuts the reason to what may travel. */
        public Close {
            reason = Text.head(reason, Limits.TEXT_CHARACTERS);
        }

        @Override
        public Kind kind() {
            return Kind.CLOSE;
        }
    }

    /** To be echoed: proves that the subscription is live. */
    record Probe(long nonce) implements Message {
        @Override
        public Kind kind() {
            return Kind.PROBE;
        }
    }

    /** The parent is alive; {@code newest} is the newest command. */
    record ParentHeartbeat(long newest) implements Message {
        @Override
        public Kind kind() {
            return Kind.PARENT_HEARTBEAT;
        }
    }

    /** The join is accepted. */
    record Welcome(
            int version,
            int worldSize,
            long newest,
            int heartbeat,
            int lease,
            int eventWindow,
            @Nullable Integer data,
            @Nullable Integer store)
            implements Message {

        /** Without a data plane. */
        public Welcome(int version, int worldSize, long newest, int heartbeat, int lease, int eventWindow) {
            this(version, worldSize, newest, heartbeat, lease, eventWindow, null, null);
        }

        @Override
        public Kind kind() {
            return Kind.WELCOME;
        }
    }

    /** The join is not accepted. */
    record Refuse(WireError error) implements Message {
        @Override
        public Kind kind() {
            return Kind.REFUSE;
        }
    }

    /** Everything of the stream up to here is taken. */
    record Ack(StreamName stream, long upto) implements Message {
        @Override
        public Kind kind() {
            return Kind.ACK;
        }
    }

    /** Send the stream again from here. */
    record Resend(StreamName stream, long from) implements Message {
        @Override
        public Kind kind() {
            return Kind.RESEND;
        }
    }

    /** Answer to an event whose sender waits. */
    record EventReply(long eventSeq, @Nullable WireError error, Body body) implements Message {
        @Override
        public Kind kind() {
            return Kind.EVENT_REPLY;
        }
    }

    /** A rank wants in, for the first time or again. */
    record Join(
            int minVersion,
            int maxVersion,
            int worldSize,
            long applied,
            String host,
            long pid,
            String language,
            String runtime,
            @Nullable Integer data,
            @Nullable String store)
            implements Message {

        /** Without a data plane. */
        public Join(
                int minVersion,
                int maxVersion,
                int worldSize,
                long applied,
                String host,
                long pid,
                String language,
                String runtime) {
            this(minVersion, maxVersion, worldSize, applied, host, pid, language, runtime, null, null);
        }

        /** Cuts the free texts to what may travel. */
        public Join {
            host = Text.head(host, Limits.TEXT_CHARACTERS);
            language = Text.head(language, Limits.TEXT_CHARACTERS);
            runtime = Text.head(runtime, Limits.TEXT_CHARACTERS);
        }

        @Override
        public Kind kind() {
            return Kind.JOIN;
        }
    }

    /** Answer to a probe. */
    record Echo(long nonce) implements Message {
        @Override
        public Kind kind() {
            return Kind.ECHO;
        }
    }

    /** The rank is alive; {@code newest} is its newest report. */
    record RankHeartbeat(long applied, long newest) implements Message {
        @Override
        public Kind kind() {
            return Kind.RANK_HEARTBEAT;
        }
    }

    /** The rank is ready, or says why not. */
    record Initialized(long applied, @Nullable WireError error, Body body) implements Message {
        @Override
        public Kind kind() {
            return Kind.INITIALIZED;
        }
    }

    /** A task ended. */
    record Result(
            long applied,
            String task,
            String returnCode,
            @Nullable WireError error,
            Body body) implements Message {
        @Override
        public Kind kind() {
            return Kind.RESULT;
        }
    }

    /** The event of command number {@code command} was handled. */
    record EventHandled(
            long applied, long command, @Nullable WireError error, Body body) implements Message {
        @Override
        public Kind kind() {
            return Kind.EVENT_HANDLED;
        }
    }

    /** The rank cannot go on. */
    record Failed(long applied, WireError error) implements Message {
        @Override
        public Kind kind() {
            return Kind.FAILED;
        }
    }

    /** The rank ends in order. */
    record Leaving(long applied, String reason) implements Message {
        /** Cuts the reason to what may travel. */
        public Leaving {
            reason = Text.head(reason, Limits.TEXT_CHARACTERS);
        }

        @Override
        public Kind kind() {
            return Kind.LEAVING;
        }
    }

    /** A rank fires an event in the parent. */
    record Event(String event, boolean awaited, Body body) implements Message {
        /** Refuses a type that is too long to travel. */
        public Event {
            Text.name("the event's type", event);
        }

        @Override
        public Kind kind() {
            return Kind.EVENT;
        }
    }

    /**
     * A process wants a rank: it is on {@code host} with {@code address}, where {@code port} is free, and would like to be the {@code slot}-th
     * rank there. The nonce is secret.
     */
    record Claim(
            int minVersion,
            int maxVersion,
            long nonce,
            String host,
            String address,
            int port,
            long pid,
            String language,
            @Nullable Integer slot)
            implements Message {
        /** Cuts the free texts to what may travel. */
        public Claim {
            host = Text.head(host, Limits.TEXT_CHARACTERS);
            language = Text.head(language, Limits.TEXT_CHARACTERS);
            Text.name("the address", address);
        }

        @Override
        public Kind kind() {
            return Kind.CLAIM;
        }

        /** Everything but the nonce. */
        @Override
        public String toString() {
            return "Claim[host=" + host + ", address=" + address + ", pid=" + pid + ", language=" + language + "]";
        }
    }

    /** A claim is noted; so many of the world size are there. */
    record Claimed(long nonce, long claims, int worldSize) implements Message {
        @Override
        public Kind kind() {
            return Kind.CLAIMED;
        }

        /** Everything but the nonce. */
        @Override
        public String toString() {
            return "Claimed[claims=" + claims + ", worldSize=" + worldSize + "]";
        }
    }

    /** The rank that a process is from now on, its place in the manner of torchrun, and its keys. */
    record Assign(
            long nonce,
            int assigned,
            int worldSize,
            int localRank,
            int localWorldSize,
            int groupRank,
            String masterAddr,
            int masterPort,
            String publicKey,
            String secretKey)
            implements Message {
        @Override
        public Kind kind() {
            return Kind.ASSIGN;
        }

        /** Everything but the secrets. */
        @Override
        public String toString() {
            return "Assign[assigned=" + assigned + ", worldSize=" + worldSize + ", localRank=" + localRank
                    + ", groupRank=" + groupRank + "]";
        }
    }

    /** {@code newest} is the newest event. */
    record Mark(long newest) implements Message {
        @Override
        public Kind kind() {
            return Kind.MARK;
        }
    }
}
