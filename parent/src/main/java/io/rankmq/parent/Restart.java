// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.time.Duration;

/**
 * A gang was lost, and another is about to take its place.
 *
 * @param attempt incarnation of the lost gang, from 0; the next one has this number plus one, which is also how many restarts are used then
 * @param maxRestarts how many restarts the session may have
 * @param failure why the gang was lost
 * @param took how long it lasted, from the beginning of its start
 */
public record Restart(int attempt, int maxRestarts, RankFailure failure, Duration took) {}
