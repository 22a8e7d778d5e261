// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that a thread with work of its own runs while it waits. */
@Timeout(30)
class DrivenLoopTest {

    private final Gang gang = new Gang(2);
    private final Peer rank = gang.peer("rank");
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final DrivingThread guest = new DrivingThread(this::workAndDrive, "guest");

    private void workAndDrive() {
        while (!over.get()) {
            rank.loop.drive(() -> over.get() || !work.isEmpty());
            Runnable next = work.poll();
            if (next != null) {
                next.run();
            }
        }
    }

    @AfterEach
    void closeAll() throws InterruptedException {
        over.set(true);
        boolean unused = rank.loop.tryExecute(() -> {});
        guest.join(Peer.DEADLINE.toMillis());
        gang.close();
        assertThat(guest.isAlive()).isFalse();
        assertThat(rank.fatal).isEmpty();
    }

    @Test
    void whoDrivesRunsTasksAndHandlersItself() throws Exception {
        BlockingQueue<Thread> handledBy = new LinkedBlockingQueue<>();
        WireSocket dealer = connect(message -> handledBy.add(Thread.currentThread()));
        guest.start();
        assertThat(rank.loop.call(Thread::currentThread, Peer.DEADLINE)).isIn(guest, loopThread());
        untilDriven();
        rank.send(dealer, "join");
        gang.control.next();
        gang.broker.sendTo(gang.router, "s/0/1", "welcome");
        assertThat(handledBy.poll(5, TimeUnit.SECONDS)).isSameAs(guest);
    }

    @Test
    void theOutcomeOfWorkIsToldOnTheSameThread() throws Exception {
        guest.start();
        untilDriven();
        BlockingQueue<Thread> told = new LinkedBlockingQueue<>();
        long deadline = System.nanoTime() + Peer.DEADLINE.toNanos();
        // If the machine keeps the guest from its work for long, the loop's own thread takes over, and is told.
        Thread last = null;
        while (last != guest) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            untilDriven();
            give(() -> {
                assertThat(rank.loop.inLoop()).isFalse();
                assertThat(rank.loop.tryExecuteHere(() -> told.add(Thread.currentThread())))
                        .isTrue();
            });
            last = told.poll(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void theLoopsOwnThreadLooksAfterTasksAndMessagesDuringWork() throws Exception {
        BlockingQueue<Thread> handledBy = new LinkedBlockingQueue<>();
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        WireSocket dealer = connect(message -> {
            handledBy.add(Thread.currentThread());
            if (Peer.texts(message).contains("execute")) {
                work.add(() -> {
                    working.countDown();
                    awaitQuietly(release);
                });
            }
        });
        rank.send(dealer, "join");
        gang.control.next();
        guest.start();
        untilDriven();
        gang.broker.sendTo(gang.router, "s/0/1", "execute");
        assertThat(handledBy.poll(5, TimeUnit.SECONDS)).isSameAs(guest);
        assertThat(working.await(5, TimeUnit.SECONDS)).isTrue();
        gang.broker.sendTo(gang.router, "s/0/1", "abort");
        assertThat(handledBy.poll(5, TimeUnit.SECONDS)).isNotNull().isNotSameAs(guest);
        assertThat(rank.loop.call(Thread::currentThread, Peer.DEADLINE)).isNotSameAs(guest);
        release.countDown();
        untilDriven();
    }

    /** A thread that is interrupted while it uses a socket of JeroMQ's closes the pipe inside it for ever. */
    @Test
    void interruptingWhoDrivesHarmsNoSocket() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        WireSocket dealer = connect(message -> heard.incrementAndGet());
        rank.send(dealer, "join");
        gang.control.next();
        guest.start();
        untilDriven();
        AtomicBoolean enough = new AtomicBoolean();
        Thread rude = new Thread(() -> {
            while (!enough.get()) {
                guest.interrupt();
            }
        });
        rude.start();
        for (int i = 0; i < 500; i++) {
            gang.broker.sendTo(gang.router, "s/0/1", "go on");
            rank.send(dealer, "here");
            gang.control.next();
        }
        enough.set(true);
        rude.join();
        long deadline = System.nanoTime() + Peer.DEADLINE.toNanos();
        while (heard.get() < 500) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void workCanBeInterrupted() throws Exception {
        guest.start();
        untilDriven();
        CountDownLatch working = new CountDownLatch(1);
        BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
        give(() -> {
            working.countDown();
            interrupted.add(!awaitQuietly(new CountDownLatch(1)));
            // Left behind by careless work.
            Thread.currentThread().interrupt();
        });
        assertThat(working.await(5, TimeUnit.SECONDS)).isTrue();
        guest.interrupt();
        assertThat(interrupted.poll(5, TimeUnit.SECONDS)).isTrue();
        untilDriven();
    }

    @Test
    void nothingIsLostWhileTheHelmGoesToAndFro() throws Exception {
        guest.start();
        int rounds = 5_000;
        List<Integer> order = new ArrayList<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger worked = new AtomicInteger();
        for (int i = 0; i < rounds; i++) {
            int number = i;
            rank.loop.execute(() -> {
                assertThat(inside.incrementAndGet()).isEqualTo(1);
                order.add(number);
                work.add(() -> rank.loop.tryExecuteHere(worked::incrementAndGet));
                inside.decrementAndGet();
            });
            if (i % 64 == 0) {
                assertThat(rank.loop.call(order::size, Peer.DEADLINE)).isEqualTo(i + 1);
            }
        }
        long deadline = System.nanoTime() + Peer.DEADLINE.toNanos();
        while (worked.get() < rounds) {
            assertThat(System.nanoTime()).as("worked %s", worked).isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(order).hasSize(rounds).isSorted();
    }

    @Test
    void closingTheLoopSendsWhoDrivesHome() throws Exception {
        CountDownLatch home = new CountDownLatch(1);
        DrivingThread driver = new DrivingThread(
                () -> {
                    rank.loop.drive(() -> false);
                    home.countDown();
                },
                "driver");
        driver.start();
        untilDrivenBy(driver);
        rank.loop.close();
        assertThat(home.await(5, TimeUnit.SECONDS)).isTrue();
        over.set(true);
        guest.start();
    }

    @Test
    void otherThreadsCannotDrive() {
        assertThatThrownBy(() -> rank.loop.drive(() -> true)).isInstanceOf(IllegalStateException.class);
        assertThat(rank.loop.tryExecuteHere(() -> {})).isTrue();
    }

    private WireSocket connect(MessageHandler handler) {
        return rank.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, gang.keys(1), "s/0/1"), handler);
    }

    private void give(Runnable piece) {
        rank.loop.execute(() -> work.add(piece));
    }

    private void untilDriven() {
        untilDrivenBy(guest);
    }

    private void untilDrivenBy(Thread driver) {
        long deadline = System.nanoTime() + Peer.DEADLINE.toNanos();
        while (rank.loop.call(Thread::currentThread, Peer.DEADLINE) != driver) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    private Thread loopThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rank"))
                .findFirst()
                .orElseThrow();
    }

    /** False if interrupted. */
    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
