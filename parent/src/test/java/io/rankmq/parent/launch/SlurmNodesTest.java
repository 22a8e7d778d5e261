// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlurmNodesTest {

    @Test
    void unfoldsTasksPerNode() {
        assertThat(SlurmNodes.tasksPerNode("2(x3),1")).containsExactly(2, 2, 2, 1);
        assertThat(SlurmNodes.tasksPerNode("4")).containsExactly(4);
        assertThat(SlurmNodes.tasksPerNode("")).isEmpty();
    }
}
