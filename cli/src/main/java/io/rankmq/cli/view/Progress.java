// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.Report.TaskEntry;
import io.rankmq.cli.run.RunEvent;
import io.rankmq.cli.run.RunEvent.Transfer.Direction;
import io.rankmq.parent.RankInfo;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** How far a run is, in one line. Pure: it is told events and the time. */
final class Progress {
    private String preparing = "";
    private String job = "";
    private int worldSize;
    private long begunNanos;
    private final BitSet ready = new BitSet();
    private String task = "";
    private int round;
    private int rounds;
    private Map<String, Number> metrics = Map.of();
    private final Map<Direction, RunEvent.Transfer> transfers = new EnumMap<>(Direction.class);
    private boolean over;

    /** Takes an event in. */
    void on(RunEvent event, long nowNanos) {
        if (event instanceof RunEvent.Preparing started) {
            preparing = started.sentence();
            begunNanos = nowNanos;
        } else if (event instanceof RunEvent.SessionBegun session) {
            job = session.job();
            worldSize = session.worldSize();
            begunNanos = nowNanos;
        } else if (event instanceof RunEvent.RankChanged change) {
            ready.set(change.rank().rank(), change.rank().state() == RankInfo.State.READY);
        } else if (event instanceof RunEvent.RoundBegun begun) {
            if (!begun.task().equals(task) || begun.rounds() != rounds) {
                metrics = Map.of();
            }
            task = begun.task();
            round = begun.round();
            rounds = begun.rounds();
        } else if (event instanceof RunEvent.Transfer transfer) {
            transfers.put(transfer.direction(), transfer);
            transfers.values().removeIf(RunEvent.Transfer::isOver);
        } else if (event instanceof RunEvent.RoundEnded ended) {
            metrics = ended.round().metrics();
        } else if (event instanceof RunEvent.Failed || event instanceof RunEvent.Finished) {
            over = true;
        }
    }

    /** The line; empty before anything begins and when there is nothing more to wait for. */
    String line(Style style, long nowNanos) {
        if (over) {
            return "";
        }
        if (job.isEmpty()) {
            return preparing.isEmpty()
                    ? ""
                    : preparing + "  " + style.faint(clock(Duration.ofNanos(nowNanos - begunNanos)));
        }
        StringJoiner line = new StringJoiner("  ");
        line.add(style.bold(job));
        if (task.isEmpty()) {
            line.add("starting");
        } else {
            line.add(task);
            line.add("round " + round + "/" + rounds);
        }
        String numbers = metrics(metrics);
        if (!numbers.isEmpty()) {
            line.add(numbers);
        }
        transfers.values().forEach(transfer -> line.add(transfer(transfer)));
        line.add("ranks " + ready.cardinality() + "/" + worldSize);
        line.add(style.faint(clock(Duration.ofNanos(nowNanos - begunNanos))));
        return line.toString();
    }

    int readyRanks() {
        return ready.cardinality();
    }

    /** One round for a log: {@code train 3/20  loss 0.412  accuracy 0.913  0.31 s}. */
    static String round(TaskEntry entry) {
        StringJoiner line = new StringJoiner("  ");
        line.add(entry.name() + " " + entry.round() + "/" + entry.rounds());
        if (!entry.returnCode().equals("OK")) {
            line.add(entry.returnCode());
        }
        String numbers = metrics(entry.metrics());
        if (!numbers.isEmpty()) {
            line.add(numbers);
        }
        line.add(String.format(Locale.ROOT, "%.2f s", entry.millis() / 1e3));
        return line.toString();
    }

    /** A transfer: {@code sending 312 MB, 98 MB/s}. */
    static String transfer(RunEvent.Transfer transfer) {
        String rate = bytes(transfer.bytesPerSecond()) + "/s";
        boolean isOut = transfer.direction() == Direction.TO_RANKS;
        return transfer.isOver()
                ? (isOut ? "sent " : "received ") + bytes(transfer.bytes()) + " in "
                        + String.format(Locale.ROOT, "%.1f s", transfer.millis() / 1e3) + ", " + rate
                : (isOut ? "sending " : "receiving ") + bytes(transfer.bytes()) + ", " + rate;
    }

    private static String bytes(long count) {
        if (count >= 1_000_000_000) {
            return String.format(Locale.ROOT, "%.1f GB", count / 1e9);
        }
        return count >= 1_000_000 ? count / 1_000_000 + " MB" : count / 1000 + " kB";
    }

    private static String metrics(Map<String, Number> metrics) {
        StringJoiner all = new StringJoiner("  ");
        metrics.forEach((name, value) -> all.add(name + " " + number(value)));
        return all.toString();
    }

    /** A number with four digits behind the point, in scientific notation if that would hide it. */
    static String number(Number value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return value.toString();
        }
        double number = value.doubleValue();
        double size = Math.abs(number);
        boolean isPlain = size == 0 || (size >= 1e-3 && size < 1e6) || Double.isNaN(size) || Double.isInfinite(size);
        return String.format(Locale.ROOT, isPlain ? "%.4f" : "%.3e", number);
    }

    private static String clock(Duration elapsed) {
        long seconds = elapsed.toSeconds();
        return seconds < 3_600
                ? String.format(Locale.ROOT, "%02d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
}
