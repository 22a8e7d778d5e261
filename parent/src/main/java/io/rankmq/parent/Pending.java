// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command that waits for the ranks' answers. Written only by the loop thread.
 *
 * @param <A> type of an answer
 */
final class Pending<A> {

    /** How it ended: all answers, or a failure and the answers so far. */
    record Outcome<A>(
            SortedMap<Integer, A> answers, @Nullable RankFailure failure) {}

    private final String what;
    private final long deadline;
    private final BitSet awaited;
    private final SortedMap<Integer, A> answers = new TreeMap<>();
    private final Consumer<Outcome<A>> done;
    private long seq;
    private boolean ended;
    private Runnable afterwards = () -> {};

    /**
     * A command that is about to be submitted.
     *
     * @param what what it is, for a sentence
     * @param awaited ranks that must answer
     * @param deadline when to give up, in nanos of the core's clock
     * @param done told once how it ended
     */
    Pending(String what, BitSet awaited, long deadline, Consumer<Outcome<A>> done) {
        this.what = what;
        this.awaited = awaited;
        this.deadline = deadline;
        this.done = done;
    }

    void numbered(long number) {
        seq = number;
    }

    long seq() {
        return seq;
    }

    String what() {
        return what;
    }

    long deadline() {
        return deadline;
    }

    boolean isEnded() {
        return ended;
    }

    boolean awaits(int rank) {
        return awaited.get(rank);
    }

    /** Ranks that have not answered, for a sentence. */
    String missing() {
        return awaited.toString().replaceAll("[{}]", "");
    }

    int firstMissing() {
        return awaited.nextSetBit(0);
    }

    /** Runs something when it has ended, at once if it has; replaces what was to be run. */
    void whenEnded(Runnable task) {
        if (ended) {
            task.run();
        } else {
            afterwards = task;
        }
    }

    /** Takes an answer; ends with success when it was the last. */
    void answer(int rank, A answer) {
        if (!awaited.get(rank)) {
            return;
        }
        awaited.clear(rank);
        answers.put(rank, answer);
        endIfAnswered();
    }

    /** No answer will come from this rank, and none is needed. */
    void excuse(int rank) {
        awaited.clear(rank);
        endIfAnswered();
    }

    void fail(RankFailure failure) {
        end(failure);
    }

    /** Ends with success if nothing is awaited any more. */
    void endIfAnswered() {
        if (awaited.isEmpty()) {
            end(null);
        }
    }

    private void end(@Nullable RankFailure failure) {
        if (!ended) {
            ended = true;
            done.accept(new Outcome<>(answers, failure));
            afterwards.run();
        }
    }
}
