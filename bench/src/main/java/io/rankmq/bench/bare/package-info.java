// SPDX-License-Identifier: Apache-2.0
/** JeroMQ with CURVE and nothing else: the floor that RankMQ is measured against. The one place here that knows ZeroMQ. */
@NullMarked
package io.rankmq.bench.bare;

import org.jspecify.annotations.NullMarked;
