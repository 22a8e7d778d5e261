# SPDX-License-Identifier: Apache-2.0
# Ends and removes what agents left that were killed along with whatever could have done it in their place, as Slurm does it when its srun is
# killed. It is sent behind host.sh and the values of marks, session, incarnation and segments.

exec </dev/null 2>/dev/null
place=$(temporary)
for mark in $marks; do
    round=0
    while found=$(by_variable "RANKMQ_AGENT=$mark") && [ -n "$found" ] && [ "$round" -lt 50 ]; do
        # shellcheck disable=SC2086
        kill -s KILL $found
        round=$((round + 1))
        sleep 0.05 || sleep 1
    done
    rm -rf -- "$place/rankmq-$mark-"??????????
done
clear_segments
