// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.rankmq.data;

import org.jspecify.annotations.NullMarked;
