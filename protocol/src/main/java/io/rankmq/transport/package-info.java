// SPDX-License-Identifier: Apache-2.0
/**
 * ZeroMQ with CURVE, made safe to use: one {@link io.rankmq.transport.EventLoop} thread owns every socket of a process or session, a
 * {@link io.rankmq.transport.WireSocket} has the options of its role set in one place, and a
 * {@link io.rankmq.transport.ZapAuthenticator} admits registered keys only. The rules kept here, and the test of each, are listed in
 * docs/jeromq.md. Besides {@code io.rankmq.security} this is the only package that knows ZeroMQ.
 */
@NullMarked
package io.rankmq.transport;

import org.jspecify.annotations.NullMarked;
