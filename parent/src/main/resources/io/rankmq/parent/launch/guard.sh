#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ends the processes of one gang when their parent is gone, however it went, and removes the gang's folder and shared memory.
# Arguments: session, folder, where /proc is, where shared memory is (or nothing), incarnation. Standard input is a pipe from the parent: "started <pid>", "gone <pid>", "end".
session=$1
folder=$2
proc=$3
segments=$4
incarnation=$5
mark=RANKMQ_SESSION=$session
leaders=

trap '' HUP INT TERM

# Processes that were started with the session's variable, one pid a line.
by_variable() {
    [ -r "$proc/self/environ" ] || return 0
    if printf 'a\0b\0' | grep -qzxF b 2>/dev/null; then
        printf '%s\n' "$proc"/[0-9]*/environ | xargs grep -lszxF -- "$mark" 2>/dev/null
    else
        for file in "$proc"/[0-9]*/environ; do
            tr '\0' '\n' 2>/dev/null <"$file" | grep -qxF -- "$mark" 2>/dev/null && printf '%s\n' "$file"
        done
    fi | while IFS= read -r file; do
        file=${file#"$proc"/}
        printf '%s\n' "${file%/environ}"
    done
}

# What runs of the processes that the parent started, and of their descendants, one pid a line.
by_descent() {
    ps -A -o pid= -o ppid= -o stat= 2>/dev/null | awk -v "leaders=$leaders" '
        { parent[$1] = $2; ended[$1] = $3 ~ /^Z/ }
        END {
            count = split(leaders, list, " ")
            for (i = 1; i <= count; i++) member[list[i]] = 1
            do {
                grown = 0
                for (pid in parent) if (!(pid in member) && (parent[pid] in member)) { member[pid] = 1; grown = 1 }
            } while (grown)
            for (pid in member) if ((pid in parent) && !ended[pid]) print pid
        }'
}

end_all() {
    round=0
    while [ "$round" -lt 50 ]; do
        found=$(by_variable; by_descent)
        for pid in $leaders; do
            kill -s KILL -- "-$pid" 2>/dev/null
        done
        for pid in $leaders $found; do
            kill -s KILL "$pid" 2>/dev/null
        done
        [ "$round" -gt 0 ] || rm -rf -- "$folder"
        [ -n "$found" ] || break
        round=$((round + 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
    rm -rf -- "$folder"
    # Whoever ends in order removes it as the last one; nobody here did.
    [ -z "$segments" ] || rm -rf -- "$segments/rankmq-$(id -u)-$session-$incarnation"
}

# One compound command: the shell has read all of it before the folder with this file is removed.
{
    while read -r word pid; do
        case $word in
            started) leaders="$leaders $pid" ;;
            gone)
                left=
                for leader in $leaders; do
                    [ "$leader" = "$pid" ] || left="$left $leader"
                done
                leaders=$left
                ;;
            end) exit 0 ;;
        esac
    done
    end_all
    exit 0
}
