// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.security.CurveKeyPair;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

@Timeout(30)
class EventLoopTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private final AtomicLong now = new AtomicLong();
    private final EventLoop loop = EventLoop.start("loop-under-test", now::get, fatal::add);

    @AfterEach
    void closeLoop() {
        loop.close();
    }

    @Test
    void tasksOfOneThreadRunInTheirOrderOnTheLoopThread() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            loop.execute(() -> order.add(loop.inLoop() ? number : -1));
        }
        assertThat(loop.call(() -> List.copyOf(order), DEADLINE))
                .hasSize(1000)
                .isSorted()
                .doesNotContain(-1);
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void noWakeUpIsLostWhileManyThreadsPost() throws Exception {
        AtomicInteger run = new AtomicInteger();
        List<Thread> posters = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            Thread poster = new Thread(() -> {
                for (int i = 0; i < 2000; i++) {
                    loop.call(run::incrementAndGet, DEADLINE);
                }
            });
            poster.start();
            posters.add(poster);
        }
        for (Thread poster : posters) {
            poster.join(20_000);
        }
        assertThat(run).hasValue(8000);
    }

    /** Posts at all moments of falling asleep; nobody else's task wakes the loop in its stead. */
    @Test
    void aTaskThatComesWhileTheLoopFallsAsleepWakesIt() {
        AtomicInteger run = new AtomicInteger();
        Random random = new Random(3);
        for (int i = 1; i <= 50_000; i++) {
            for (int wait = random.nextInt(400); wait > 0; wait--) {
                Thread.onSpinWait();
            }
            loop.execute(run::incrementAndGet);
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (run.get() < i) {
                assertThat(System.nanoTime()).as("task %s", i).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aTaskMayPostTasks() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> loop.execute(() -> loop.execute(done::countDown)));
        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callGivesTheCallersExceptionBackAndTheLoopGoesOn() {
        assertThatThrownBy(() -> loop.call(
                        () -> {
                            throw new IllegalArgumentException("no");
                        },
                        DEADLINE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThat(loop.call(() -> 1, DEADLINE)).isEqualTo(1);
        assertThat(fatal).isEmpty();
    }

    @Test
    void callFromTheLoopThreadIsRefused() {
        assertThatThrownBy(() -> loop.call(() -> loop.call(() -> 1, DEADLINE), DEADLINE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot wait for itself");
    }

    @Test
    void callEndsAtItsDeadline() {
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                release.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThatThrownBy(() -> loop.call(() -> 1, Duration.ofMillis(20)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not answer within");
        release.countDown();
    }

    @Test
    void aTimerIsCalledWhenItsDeadlineHasComeByTheInjectedTicker() throws Exception {
        BlockingQueue<Long> ticks = new LinkedBlockingQueue<>();
        LoopTimer timer = new LoopTimer() {
            private long next = 1_000_000_000L;

            @Override
            public long nextDeadlineNanos() {
                return next;
            }

            @Override
            public void onTick(long nowNanos) {
                ticks.add(nowNanos);
                next = nowNanos < 2_000_000_000L ? nowNanos + 1_000_000_000L : NEVER;
            }
        };
        loop.call(() -> addAndCount(timer), DEADLINE);
        now.set(999_999_999L);
        loop.call(() -> 0, DEADLINE);
        assertThat(ticks).isEmpty();

        now.set(1_000_000_000L);
        loop.execute(() -> {});
        assertThat(ticks.poll(5, TimeUnit.SECONDS)).isEqualTo(1_000_000_000L);

        now.set(2_500_000_000L);
        loop.execute(() -> {});
        assertThat(ticks.poll(5, TimeUnit.SECONDS)).isEqualTo(2_500_000_000L);
        now.set(9_000_000_000L);
        loop.call(() -> 0, DEADLINE);
        assertThat(ticks).isEmpty();
    }

    @Test
    void aTimerWakesASleepingLoop() throws Exception {
        CountDownLatch ticked = new CountDownLatch(1);
        try (EventLoop real = EventLoop.start("real-time", Ticker.system(), fatal::add)) {
            real.execute(() -> real.addTimer(new LoopTimer() {
                private long next = System.nanoTime() + 30_000_000;

                @Override
                public long nextDeadlineNanos() {
                    return next;
                }

                @Override
                public void onTick(long nowNanos) {
                    next = NEVER;
                    ticked.countDown();
                }
            }));
            assertThat(ticked.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void tasksPostedBeforeCloseAreRunAndLaterOnesAreRefused() {
        AtomicInteger run = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            loop.execute(run::incrementAndGet);
        }
        loop.close();
        assertThat(run).hasValue(1000);
        assertThat(loop.tryExecute(run::incrementAndGet)).isFalse();
        assertThatThrownBy(() -> loop.execute(run::incrementAndGet)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> loop.call(() -> 1, DEADLINE)).isInstanceOf(IllegalStateException.class);
        loop.close();
    }

    @Test
    void closingOnTheLoopThreadEndsTheLoopWithoutWaitingForItself() {
        loop.execute(loop::close);
        loop.close();
        assertThat(loop.tryExecute(() -> {})).isFalse();
        assertThat(fatal).isEmpty();
    }

    @Test
    void anExceptionOfATaskEndsTheLoopLoudlyAndOnce() throws Exception {
        loop.execute(() -> {
            throw new IllegalStateException("a bug");
        });
        assertThat(fatal.poll(5, TimeUnit.SECONDS)).hasMessage("a bug");
        loop.close();
        assertThat(loop.tryExecute(() -> {})).isFalse();
        assertThat(fatal).isEmpty();
    }

    @Test
    void aDeadThreadOfJeroMqEndsTheLoopLoudly() throws Exception {
        killIoThread();
        loop.close();
        assertThat(loop.tryExecute(() -> {})).isFalse();
    }

    /** The connections that JeroMQ forgets come about by a race of its threads; LightSessionTest (parent) has enough of them to see it. */
    @Test
    void noConnectionThatJeroMqForgotOutlivesTheLoop() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CurveKeyPair keys = CurveKeyPair.generate();
            WireSocket.Connect connect =
                    new WireSocket.Connect("tcp://127.0.0.1:" + server.getLocalPort(), keys.publicKey(), keys, "");
            loop.call(
                    () -> WireSocket.connect(loop, SocketRole.EVENT_CLIENT, connect, MessageBounds.DEFAULT, m -> {}),
                    DEADLINE);
            try (Socket peer = server.accept()) {
                peer.setSoTimeout((int) DEADLINE.toMillis());
                assertThat(peer.getInputStream().read()).as("JeroMQ's greeting").isEqualTo(0xff);
                killIoThread();
                loop.close();
                assertThat(peer.getInputStream().readAllBytes())
                        .as("what is left of it, and the end")
                        .hasSizeLessThan(64);
            }
        }
    }

    private void killIoThread() throws Exception {
        ZMQ.Socket poisoned = loop.call(
                () -> {
                    ZMQ.Socket socket = loop.context().createSocket(SocketType.PULL);
                    socket.setMsgAllocator(size -> {
                        throw new OutOfMemoryError("as if a peer had announced too large a frame");
                    });
                    socket.bind("tcp://127.0.0.1:*");
                    return socket;
                },
                DEADLINE);
        try (HostileClient peer = new HostileClient(poisoned.getLastEndpoint())) {
            peer.greet("NULL");
            peer.raw(new byte[] {4, 1, 0});
            assertThat(fatal.poll(5, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
        }
    }

    @Test
    void onlyTheLoopThreadTouchesSockets() {
        assertThatThrownBy(() -> ZapAuthenticator.start(loop, new KeyRegistry()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only the thread of the loop");
    }

    private int addAndCount(LoopTimer timer) {
        loop.addTimer(timer);
        return 1;
    }
}
