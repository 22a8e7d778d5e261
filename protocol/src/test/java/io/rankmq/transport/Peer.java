// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A loop with its sockets and what they received, driven from the test thread. */
final class Peer implements AutoCloseable {

    static final Duration DEADLINE = Duration.ofSeconds(5);

    final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    final EventLoop loop;

    Peer(String name) {
        loop = EventLoop.start(name, Ticker.system(), fatal::add);
    }

    /** What one socket received. */
    static final class Inbox implements MessageHandler {
        private final BlockingQueue<Incoming> messages = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(Incoming message) {
            messages.add(message);
        }

        Incoming next() throws InterruptedException {
            Incoming message = poll(DEADLINE.toMillis());
            if (message == null) {
                throw new AssertionError("no message within " + DEADLINE);
            }
            return message;
        }

        int size() {
            return messages.size();
        }

        @Nullable
        Incoming poll(long millis) throws InterruptedException {
            return messages.poll(millis, TimeUnit.MILLISECONDS);
        }
    }

    ZapAuthenticator authenticator(KeyRegistry registry) {
        return loop.call(() -> ZapAuthenticator.start(loop, registry), DEADLINE);
    }

    WireSocket bind(SocketRole role, WireSocket.Bind bind, ZapAuthenticator zap, MessageHandler inbox) {
        return loop.call(() -> WireSocket.bind(loop, role, bind, zap, MessageBounds.DEFAULT, inbox), DEADLINE);
    }

    WireSocket connect(SocketRole role, WireSocket.Connect connect, MessageHandler inbox) {
        return loop.call(() -> WireSocket.connect(loop, role, connect, MessageBounds.DEFAULT, inbox), DEADLINE);
    }

    boolean send(WireSocket socket, String... frames) {
        return loop.call(() -> socket.send(frames(frames)), DEADLINE);
    }

    boolean sendTo(WireSocket socket, String peer, String... frames) {
        return loop.call(() -> socket.send(peer, frames(frames)), DEADLINE);
    }

    static List<ByteBuffer> frames(String... texts) {
        List<ByteBuffer> frames = new ArrayList<>();
        for (String text : texts) {
            frames.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        return frames;
    }

    static List<String> texts(Incoming message) {
        return message.frames().stream()
                .map(frame -> StandardCharsets.UTF_8.decode(frame.duplicate()).toString())
                .toList();
    }

    @Override
    public void close() {
        loop.close();
    }
}
