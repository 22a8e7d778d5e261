// SPDX-License-Identifier: Apache-2.0
/** Looking at this machine: {@link io.rankmq.cli.doctor.Doctor} runs the checks, each of which says what is there and what follows. */
@NullMarked
package io.rankmq.cli.doctor;

import org.jspecify.annotations.NullMarked;
