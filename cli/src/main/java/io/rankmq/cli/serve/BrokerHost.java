// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import io.rankmq.broker.BrokerServer;
import io.rankmq.broker.ParentKey;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a broker until it is told to stop. */
public final class BrokerHost {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration HEALTH_DEADLINE = Duration.ofSeconds(2);
    private static final long LOOK_AT_KEYS_MILLIS = 1000;

    private final BrokerSettings settings;
    private final List<KeyFolder> folders = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Throwable fatal;
    private Map<String, ParentKey> admitted = Map.of();

    /** A broker that is not started yet. */
    public BrokerHost(BrokerSettings settings) {
        this.settings = settings;
        folders.add(new KeyFolder(settings.parents(), false));
        if (settings.operators() != null) {
            folders.add(new KeyFolder(settings.operators(), true));
        }
    }

    /** Ends {@link #run}. Any thread. */
    public void stop() {
        stop.countDown();
    }

    /**
     * Runs until {@link #stop}.
     *
     * @throws ServeException if it cannot start, or if it broke
     */
    @SuppressWarnings("try") // health answers by itself while it is open
    public void run() throws ServeException {
        try (EventLoop loop = EventLoop.startForSessions("rankmq-broker", Ticker.system(), this::died)) {
            Map<String, ParentKey> first = keys();
            admitted = first;
            BrokerServer server =
                    loop.call(() -> BrokerServer.start(loop, settings.server(), first.values()), DEADLINE);
            if (settings.health() == null) {
                watchKeys(loop, server);
            } else {
                try (Health health = new Health(settings.health(), () -> loop.call(server::isReady, HEALTH_DEADLINE))) {
                    watchKeys(loop, server);
                }
            }
        } catch (TransportException e) {
            throw new ServeException(e.getMessage() + "; choose another bind or port");
        } catch (IOException e) {
            throw new ServeException("health: cannot listen on " + settings.health() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable cause = fatal;
        if (cause != null) {
            throw new ServeException("the broker broke: " + cause);
        }
    }

    private void watchKeys(EventLoop loop, BrokerServer server) throws InterruptedException {
        while (!stop.await(LOOK_AT_KEYS_MILLIS, TimeUnit.MILLISECONDS)) {
            admit(loop, server);
        }
    }

    private void admit(EventLoop loop, BrokerServer server) {
        Map<String, ParentKey> now = keys();
        if (!now.equals(admitted)) {
            admitted = now;
            loop.tryExecute(() -> server.allow(now.values()));
        }
    }

    private Map<String, ParentKey> keys() {
        Map<String, ParentKey> keys = new TreeMap<>();
        folders.forEach(folder -> folder.read(keys));
        return keys;
    }

    private void died(Throwable cause) {
        fatal = cause;
        stop.countDown();
    }
}
