// SPDX-License-Identifier: Apache-2.0
/** Memory that is larger than a buffer of Java. Knows no other package of RankMQ. */
@NullMarked
package io.rankmq.memory;

import org.jspecify.annotations.NullMarked;
