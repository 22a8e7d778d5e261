# SPDX-License-Identifier: Apache-2.0
# What agent.sh and sweep.sh know of a host. Values: session, incarnation, segments.

# The folder for temporary files.
temporary() {
    if [ -d "${XDG_RUNTIME_DIR:-}" ] && [ -w "$XDG_RUNTIME_DIR" ]; then
        printf '%s\n' "$XDG_RUNTIME_DIR"
    else
        printf '%s\n' "${TMPDIR:-/tmp}"
    fi
}

# Processes that carry a variable, given as NAME=value, in their environment, one pid a line, whoever their parents are.
by_variable() {
    [ -r /proc/self/environ ] || return 0
    if printf 'a\0b\0' | grep -qzxF b; then
        printf '%s\n' /proc/[0-9]*/environ | xargs grep -lszxF -- "$1"
    else
        for file in /proc/[0-9]*/environ; do
            tr '\0' '\n' <"$file" | grep -qxF -- "$1" && printf '%s\n' "$file"
        done
    fi | tr -dc '0-9\n'
}

# Ranks that end in order remove their shared memory, the last of them on this host. After any other end the last agent does it.
clear_segments() {
    [ -z "$segments" ] || [ -n "$(by_variable "RANKMQ_SESSION=$session")" ] ||
        rm -rf -- "$segments/rankmq-$(id -u)-$session-$incarnation"
}
