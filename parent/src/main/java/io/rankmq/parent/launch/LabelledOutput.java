// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The outputs of several tasks in one stream, as {@code srun --label} writes it: {@code 3: text}. The agents ended each piece of a line
 * with {@code +}, each line with {@code .}, so what was cut is joined again. Lines without a label are srun's own.
 */
final class LabelledOutput implements OutputSink {
    private static final byte[] NEWLINE = {'\n'};

    private final boolean isError;
    private final CarefulListener listener;
    private final List<OutputSink> tasks = new ArrayList<>();
    private byte[] line = new byte[2048];
    private int length;

    LabelledOutput(List<RemoteRank> ranks, boolean isError, CarefulListener listener) {
        this.isError = isError;
        this.listener = listener;
        ranks.forEach(rank -> tasks.add(rank.sink(isError, true)));
    }

    @Override
    public void open() {
        tasks.forEach(OutputSink::open);
    }

    @Override
    public void feed(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                emit();
            } else if (length < LineCutter.MAX_LINE_BYTES) {
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = bytes[i];
            }
        }
    }

    @Override
    public void end() {
        if (length > 0) {
            emit();
        }
        tasks.forEach(OutputSink::end);
    }

    @Override
    public void flush() {
        tasks.forEach(OutputSink::flush);
    }

    @Override
    public void close() {
        tasks.forEach(OutputSink::close);
    }

    private void emit() {
        int colon = 0;
        int task = -1;
        for (; colon < length && line[colon] != ':'; colon++) {
            int digit = line[colon] - '0';
            if (digit >= 0 && digit <= 9 && task < tasks.size()) {
                task = 10 * Math.max(task, 0) + digit;
            } else if (line[colon] != ' ' || task >= 0) {
                break;
            }
        }
        boolean isLabelled = colon < length && line[colon] == ':' && task >= 0 && task < tasks.size();
        if (isLabelled) {
            piece(tasks.get(task), Math.min(colon + 2, length));
        } else {
            listener.onOutput(new GangListener.Line(
                    GangListener.LAUNCHER,
                    HostName.current(),
                    isError,
                    new String(line, 0, length, StandardCharsets.UTF_8)));
        }
        length = 0;
    }

    private void piece(OutputSink task, int begin) {
        int end = length - 1;
        if (end < begin) {
            return;
        }
        byte[] text = Arrays.copyOfRange(line, begin, end);
        task.feed(text, text.length);
        if (line[end] == '.') {
            task.feed(NEWLINE, 1);
        }
    }
}
