// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import io.rankmq.curve.Curve;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import io.rankmq.transport.ZapAuthenticator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends one message there and back over the loopback, encrypted and authenticated as a session's are. */
final class CurveCheck {
    private static final String NAME = "sockets";
    private static final String PEER = "doctor/0/0";
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private CurveCheck() {}

    static Finding roundTrip() {
        long begun = System.nanoTime();
        CompletableFuture<String> answer = new CompletableFuture<>();
        try (EventLoop loop = EventLoop.start("rankmq-doctor", Ticker.system(), answer::completeExceptionally)) {
            loop.call(() -> ask(loop, answer), DEADLINE);
            answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            String found = String.format(
                    Locale.ROOT,
                    "a CURVE round trip over 127.0.0.1 took %.0f ms, handshake included; encryption by %s",
                    (System.nanoTime() - begun) / 1e6,
                    Curve.implementation());
            return Curve.isNative()
                    ? Finding.ok(NAME, found)
                    : Finding.warn(NAME, found, "encryption is about ten times slower; install libsodium");
        } catch (TimeoutException e) {
            return failed("no answer within " + DEADLINE.toSeconds() + " s");
        } catch (ExecutionException e) {
            return failed(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("interrupted");
        } catch (RuntimeException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private static Void ask(EventLoop loop, CompletableFuture<String> answer) {
        CurveKeyPair serverKeys = CurveKeyPair.generate();
        CurveKeyPair clientKeys = CurveKeyPair.generate();
        KeyRegistry registry = new KeyRegistry();
        registry.register("doctor", Set.of("control"), Map.of(clientKeys.publicKey(), PEER));
        ZapAuthenticator zap = ZapAuthenticator.start(loop, registry);
        WireSocket[] server = new WireSocket[1];
        server[0] = WireSocket.bind(
                loop,
                SocketRole.CONTROL_SERVER,
                new WireSocket.Bind("127.0.0.1", 0, "control", serverKeys),
                zap,
                MessageBounds.DEFAULT,
                message -> server[0].send(message.peer(), message.frames()));
        WireSocket client = WireSocket.connect(
                loop,
                SocketRole.CONTROL_CLIENT,
                new WireSocket.Connect(server[0].endpoint(), serverKeys.publicKey(), clientKeys, PEER),
                MessageBounds.DEFAULT,
                message -> answer.complete(message.peer()));
        client.send(List.of(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII))));
        return null;
    }

    private static Finding failed(String what) {
        return Finding.missing(
                NAME,
                "an encrypted round trip over 127.0.0.1 failed: " + what,
                "no job can run; let processes of this user connect to each other on the loopback interface");
    }
}
