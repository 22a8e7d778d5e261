// SPDX-License-Identifier: Apache-2.0
/** The two classes of jnacl that JeroMQ calls, in our version. Nothing else is in here, and nothing else should call them. */
@NullMarked
package com.neilalexander.jnacl.crypto;

import org.jspecify.annotations.NullMarked;
