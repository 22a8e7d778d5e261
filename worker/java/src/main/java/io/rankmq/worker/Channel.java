// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** How a message from the parent came. */
enum Channel {
    /** To all ranks, over SUB. */
    BROADCAST,
    /** To this rank alone, over DEALER. */
    DIRECT
}
