// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.component.ComponentBuilder;
import io.rankmq.security.KeyFileException;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.TransportException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Starts a rank in this process; a launcher calls it, with RANKMQ_BOOTSTRAP and RANK in the environment. The process ends with the exit
 * codes of docs/protocol.md, section 10: 0 closed, 1 failed, 2 bad environment or bootstrap, 3 could not join, 4 its parent is gone.
 */
public final class Main {
    private static final Duration START_DEADLINE = Duration.ofSeconds(10);

    private Main() {}

    /** Starts the rank, which ends the process once it is over. There are no arguments. */
    public static void main(String[] args) {
        configureLog();
        Signals.ignoreInterrupts();
        RankSettings settings;
        try {
            if (args.length > 0) {
                throw new SettingsException(
                        "'" + args[0] + "' was given, expected no arguments; the environment tells all");
            }
            settings = RankSettings.of(System.getenv());
        } catch (SettingsException | KeyFileException refused) {
            refuse(refused);
            return;
        } catch (NotJoinedException refused) {
            end(refused, ExitCode.NOT_JOINED);
            return;
        }
        RankThreads threads = new RankThreads();
        ProcessEnd end = new ProcessEnd(new Descendants(Path.of("/proc"), System.getenv()), threads);
        EventLoop loop = EventLoop.start(
                "rankmq-loop",
                Ticker.system(),
                bug -> end.begin(ExitCode.FAILED, "a bug ended the event loop: " + bug));
        end.closes(loop);
        RankData data = RankData.open(settings.document(), settings.identity());
        if (data != null) {
            end.closes(data);
        }
        RankIdentity identity =
                data == null ? settings.identity() : settings.identity().resolving(data.token());
        Rank rank = new Rank(loop, settings.document(), identity, end, threads, engine -> {
            ComponentBuilder builder = new ComponentBuilder(
                    settings.allowed(), Thread.currentThread().getContextClassLoader(), ComponentBuilder.JAVA);
            return new UserCode(builder, engine, data);
        });
        if (settings.document().relayOutput()) {
            rank.relayOutput();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end.onShutdown(rank), "rankmq-shutdown"));
        try {
            loop.call(
                    () -> {
                        rank.start();
                        return true;
                    },
                    START_DEADLINE);
        } catch (TransportException refused) {
            refuse(refused);
            return;
        }
        threads.startTasks(loop, end::awaitExit);
    }

    private static void refuse(RuntimeException refused) {
        end(refused, ExitCode.BAD_ENVIRONMENT);
    }

    private static void end(RuntimeException refused, int code) {
        System.err.println("rankmq worker: " + refused.getMessage());
        Runtime.getRuntime().halt(code);
    }

    /**
     * Short lines that begin with the milliseconds since the start; the launcher adds host and rank. A formatted date would cost the start a
     * twentieth of a second for locales. What is set already, with -D for instance, stays.
     */
    private static void configureLog() {
        Map<String, String> settings = Map.of(
                "org.slf4j.simpleLogger.showThreadName", "false",
                "org.slf4j.simpleLogger.showShortLogName", "true",
                "org.slf4j.simpleLogger.showDateTime", "true");
        settings.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
