// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZContext;

/**
 * One thread that owns all sockets of a process or session. Other threads post tasks to it; sockets and timers call back on it. Nothing
 * that runs on it may block, and an exception that escapes from anything that runs on it is a bug that ends the loop.
 *
 * <p>A thread that mostly waits for what comes out of the loop may run it meanwhile ({@link #drive}): that saves two hand-overs between threads a
 * message. At any time one thread runs the loop, and "the loop thread" is the one that does.
 */
public final class EventLoop implements Executor, AutoCloseable {

    /** How long {@link #close} waits for the thread to end, the sockets' lingering included. */
    public static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int TASKS_PER_ROUND = 256;
    private static final long MAX_SLEEP_NANOS = 3_600_000_000_000L;

    private final String name;
    private final Ticker ticker;
    private final Consumer<Throwable> onFatal;
    private final AtomicBoolean fatal = new AtomicBoolean();
    private final ZContext context;
    private final SocketPoller poller = new SocketPoller();
    private final Mailbox mailbox;
    private final Thread thread;
    private final Helm helm;
    private volatile boolean stopping;
    private volatile boolean ioThreadDead;

    // The rest is touched by the loop thread only.
    private final List<LoopTimer> timers = new ArrayList<>();
    private final int ioThreads;
    private final ConnectionWatch connections;
    private final MadeConnections madeConnections = new MadeConnections();

    private EventLoop(String name, Ticker ticker, Consumer<Throwable> onFatal, int ioThreads) {
        this.name = name;
        this.ticker = ticker;
        this.onFatal = onFatal;
        this.mailbox = new Mailbox(poller.selector());
        this.context = new ZContext(ioThreads);
        this.ioThreads = ioThreads;
        context.setLinger(SocketOptions.LINGER_MILLIS);
        this.connections = new ConnectionWatch(context);
        RateLimitedLog ioWarnings = new RateLimitedLog(LOG, Ticker.system());
        context.setNotificationExceptionHandler((t, e) -> {
            if (e.getCause() instanceof ClosedChannelException) {
                LOG.debug(
                        "A socket of {} was closed before its I/O thread had told it all; see MadeConnections",
                        name,
                        e);
                return;
            }
            synchronized (ioWarnings) {
                ioWarnings.warn(
                        "A connection of {} was left in an odd state by what its peer sent: {}", name, e.toString());
            }
        });
        context.setThreadFactor(this::ioThread);
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        this.helm = new Helm(thread);
    }

    /**
     * Starts a loop.
     *
     * @param name name of the thread
     * @param ticker the time by which timers are called
     * @param onFatal called at most once, on whatever thread it happened, when a bug or a dead I/O thread ends the loop; it must not block
     */
    public static EventLoop start(String name, Ticker ticker, Consumer<Throwable> onFatal) {
        return start(name, ticker, onFatal, 1);
    }

    /**
     * As {@link #start}, for a broker that strangers share: events have an I/O thread for themselves, so that what it costs to decrypt a flood of them,
     * until it is stopped, holds nobody's control up.
     */
    public static EventLoop startForSessions(String name, Ticker ticker, Consumer<Throwable> onFatal) {
        return start(name, ticker, onFatal, 2);
    }

    private static EventLoop start(String name, Ticker ticker, Consumer<Throwable> onFatal, int ioThreads) {
        EventLoop loop = new EventLoop(name, ticker, onFatal, ioThreads);
        loop.thread.start();
        return loop;
    }

    /**
     * Runs a task on the loop thread, after those posted before. Any thread.
     *
     * @throws RejectedExecutionException if the loop has ended; a task that was taken is run
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException("the loop " + name + " has ended");
        }
    }

    /** As {@link #execute}, but answers false if the loop has ended. */
    public boolean tryExecute(Runnable task) {
        if (!mailbox.post(task)) {
            return false;
        }
        helm.callIfAbsent();
        return true;
    }

    /**
     * As {@link #tryExecute}, but if the caller is a {@link DrivingThread} and nobody runs the loop at this moment, then the task, and those posted
     * before, are run on the calling thread before this returns.
     */
    public boolean tryExecuteHere(Runnable task) {
        DrivingThread me = DrivingThread.current();
        if (me == null) {
            return tryExecute(task);
        }
        if (!mailbox.post(task)) {
            return false;
        }
        me.ignoreInterrupts();
        try {
            if (helm.tryTake()) {
                runTasksAsGuest();
            }
        } finally {
            me.heedInterrupts();
        }
        return true;
    }

    /**
     * Runs the loop on the calling thread until {@code done} or the loop's end. While nobody drives, the loop's own thread takes over: at once if a
     * task is posted, within some 20 ms for everything else. One thread for each loop may do this.
     *
     * @param done asked again after all that the loop does; it must not block
     * @throws IllegalStateException if the caller is no {@link DrivingThread}
     */
    public void drive(BooleanSupplier done) {
        DrivingThread me = DrivingThread.current();
        if (me == null) {
            throw new IllegalStateException("only a DrivingThread can run the loop " + name);
        }
        me.ignoreInterrupts();
        try {
            if (!done.getAsBoolean() && helm.take(mailbox::wake)) {
                runAsGuest(done);
            }
        } finally {
            me.heedInterrupts();
        }
    }

    /**
     * Runs a task on the loop thread and waits for its answer. Not from the loop thread.
     *
     * @throws IllegalStateException if the loop has ended or did not answer within the deadline, or the calling thread was interrupted
     * @throws RuntimeException what the task threw; this does not end the loop
     */
    public <T> T call(Callable<T> task, Duration deadline) {
        if (inLoop()) {
            throw new IllegalStateException("the loop thread cannot wait for itself");
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable posted = () -> {
            try {
                answer.complete(task.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        };
        if (!tryExecute(posted)) {
            throw new IllegalStateException("the loop " + name + " has ended");
        }
        try {
            return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a task of the loop " + name + " failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the loop " + name + " did not answer within " + deadline, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the loop " + name, e);
        }
    }

    /** Whether the caller is the loop thread. */
    public boolean inLoop() {
        return helm.isHeldBy(Thread.currentThread());
    }

    /** The time by which timers are called. */
    public Ticker ticker() {
        return ticker;
    }

    /** Adds a timer. Loop thread only. */
    public void addTimer(LoopTimer timer) {
        checkInLoop();
        timers.add(timer);
    }

    /** Removes a timer. Loop thread only. */
    public void removeTimer(LoopTimer timer) {
        checkInLoop();
        timers.remove(timer);
    }

    /**
     * Runs the tasks that were posted so far, closes all sockets so that their last messages still go out, ends the thread and waits for it, at
     * most {@link #CLOSE_DEADLINE}. Any thread; on the loop thread it does not wait. Further calls only wait.
     */
    @Override
    public void close() {
        stopping = true;
        wake();
        if (inLoop()) {
            return;
        }
        boolean interrupted = false;
        long end = System.nanoTime() + CLOSE_DEADLINE.toNanos();
        while (thread.isAlive()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                LOG.error(
                        "The loop {} did not end within {}; its thread, sockets and files are lost",
                        name,
                        CLOSE_DEADLINE);
                break;
            }
            try {
                thread.join(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                // The sockets must be closed all the same; the caller learns of the interruption afterwards.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the loop because something that must not happen has happened. Any thread. */
    void fail(Throwable cause) {
        if (fatal.compareAndSet(false, true)) {
            LOG.error("The loop {} ends because of an error", name, cause);
            stopping = true;
            wake();
            onFatal.accept(cause);
        }
    }

    /** A socket of this loop has connected. Any thread. */
    void connected(SelectableChannel channel) {
        madeConnections.add(channel);
        tryExecute(() -> connections.connected(channel, System.nanoTime()));
    }

    void checkInLoop() {
        if (!inLoop()) {
            throw new IllegalStateException("only the thread of the loop " + name + " may do this, not "
                    + Thread.currentThread().getName());
        }
    }

    int ioThreads() {
        return ioThreads;
    }

    ZContext context() {
        return context;
    }

    SocketPoller poller() {
        return poller;
    }

    private Thread ioThread(Runnable work, String threadName) {
        Thread made = new IoThread(work, threadName, poller::isTelling);
        made.setUncaughtExceptionHandler((t, e) -> {
            ioThreadDead = true;
            fail(e);
        });
        return made;
    }

    /** Whoever runs the loop, or is to run it, looks what there is to do. */
    private void wake() {
        mailbox.wake();
        helm.callIfAbsent();
    }

    private void run() {
        try {
            helm.takeWhenNeeded();
            while (!stopping) {
                round(helm::isWanted);
                if (helm.isWanted() && !stopping) {
                    helm.leave();
                    helm.takeWhenNeeded();
                }
            }
            if (!fatal.get()) {
                mailbox.close();
                runTasks(Integer.MAX_VALUE);
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            helm.close();
            end();
        }
    }

    private void runAsGuest(BooleanSupplier done) {
        try {
            while (!stopping && !done.getAsBoolean()) {
                round(done);
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            leave();
        }
    }

    private void runTasksAsGuest() {
        try {
            if (!stopping) {
                runTasks(TASKS_PER_ROUND);
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            leave();
        }
    }

    /** A guest leaves the loop; what was posted at the last moment is not left behind. */
    private void leave() {
        helm.leave();
        if (stopping || !mailbox.isEmpty()) {
            helm.callIfAbsent();
        }
    }

    private void round(BooleanSupplier done) throws IOException {
        runTasks(TASKS_PER_ROUND);
        boolean more = poller.drain();
        runTimers();
        if (!done.getAsBoolean()) {
            sleep(more, done);
        }
    }

    private void runTasks(int atMost) {
        for (int i = 0; i < atMost; i++) {
            Runnable task = mailbox.poll();
            if (task == null) {
                return;
            }
            task.run();
        }
    }

    private void runTimers() {
        connections.check(System.nanoTime());
        for (int i = 0; i < timers.size(); i++) {
            LoopTimer timer = timers.get(i);
            long deadline = timer.nextDeadlineNanos();
            if (deadline != LoopTimer.NEVER) {
                long now = ticker.nanos();
                if (deadline - now <= 0) {
                    timer.onTick(now);
                }
            }
        }
    }

    private void sleep(boolean more, BooleanSupplier done) throws IOException {
        long millis = more || poller.isAnyReady() ? 0 : millisToNextDeadline();
        if (millis > 0 && mailbox.prepareToSleep()) {
            // Whoever stops the loop, or wants it to be left, says so first and looks then whether it sleeps.
            poller.await(stopping || done.getAsBoolean() ? 0 : millis);
            mailbox.awake();
        } else {
            poller.await(0);
        }
    }

    private long millisToNextDeadline() {
        long sleep = Math.min(MAX_SLEEP_NANOS, connections.nanosToNextCheck(System.nanoTime()));
        for (int i = 0; i < timers.size(); i++) {
            long deadline = timers.get(i).nextDeadlineNanos();
            if (deadline != LoopTimer.NEVER) {
                long left = deadline - ticker.nanos();
                sleep = Math.min(sleep, Math.max(0, left));
            }
        }
        return (sleep + 999_999) / 1_000_000;
    }

    private void end() {
        mailbox.close();
        try {
            poller.close();
            if (ioThreadDead) {
                // Ending the context would wait for that thread for ever.
                LOG.error("An I/O thread of {} is dead, so its sockets cannot be closed", name);
            } else {
                context.close();
            }
            int rest = madeConnections.closeRest();
            LOG.debug("{} connections of {} were left to close", rest, name);
        } catch (IOException | RuntimeException e) {
            LOG.error("The loop {} could not close everything", name, e);
        }
    }
}
