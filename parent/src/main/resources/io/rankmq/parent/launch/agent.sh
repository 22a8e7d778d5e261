# SPDX-License-Identifier: Apache-2.0
# Runs one rank on its host for as long as its launcher wants it. The launcher sends this text over standard input, behind the values of
# token, mark, lease, form, session, incarnation and segments the functions write_bootstrap, rank_settings and rank_command, and host.sh; then an empty line each second, and the
# orders "terminate" and "kill". When standard input ends, or is silent for the lease, everything that the rank started is killed. What
# follows the token on a line of the outputs is for the launcher: "started <pid> <host>", "exit <code>".

# Descendants of the rank's first process, itself included, one pid a line.
by_descent() {
    [ -s "$folder/pid" ] || return 0
    ps -A -o pid= -o ppid= -o stat= | awk -v "first=$(cat "$folder/pid")" '
        { parent[$1] = $2; ended[$1] = $3 ~ /^Z/ }
        END {
            member[first] = 1
            do {
                grown = 0
                for (pid in parent) if (!(pid in member) && (parent[pid] in member)) { member[pid] = 1; grown = 1 }
            } while (grown)
            for (pid in member) if ((pid in parent) && !ended[pid]) print pid
        }'
}

# Sends a signal to all of the rank; says whether there was any.
signal_all() {
    found=$(by_variable "RANKMQ_AGENT=$mark"; by_descent)
    for pid in $found; do
        kill -s "$1" "$pid"
    done
    [ -n "$found" ]
}

# A process that starts another while we look is found in the next round.
kill_all() {
    round=0
    while signal_all KILL && [ "$round" -lt 100 ]; do
        round=$((round + 1))
        sleep 0.05 || sleep 1
    done
}

# Kills until the agent itself has seen the end; if somebody killed the agent, until nothing is left.
end_rank() {
    : >"$folder/over"
    kill_all
    rounds=0
    while kill -0 "$agent" && [ "$rounds" -lt 100 ]; do
        kill_all
        rounds=$((rounds + 1))
        sleep 0.2 || sleep 1
    done
    rm -rf -- "$folder"
    clear_segments
}

take_orders() {
    while read -r order; do
        case $order in
            '') : >"$folder/beat" ;;
            terminate) signal_all TERM ;;
            kill) break ;;
        esac
    done
    end_rank
}

# Counts seconds in which nothing came, not time: a host that stood still has not missed anything.
watch_lease() {
    silent=0
    while [ "$silent" -lt "$lease" ] && kill -0 "$agent"; do
        sleep 1
        silent=$((silent + 1))
        if [ -e "$folder/beat" ]; then
            rm -f -- "$folder/beat"
            silent=0
        fi
    done
    end_rank
}

# Cuts what the rank writes into lines that nothing on the way has to cut again: "+" ends a piece, "." a whole line.
relay() {
    LC_ALL=C exec sed -u -e 's/.\{900\}/&+\n/g' -e 's/$/./' <"$1" >&"$2"
}

say() {
    case $form in
        raw) printf '%s\n' "$1" ;;
        lines) printf '%s.\n' "$1" ;;
    esac
}

# Both outputs have come to their end.
tell_exit() {
    say "$token exit $1"
    say "$token exit $1" >&4
    exit "$1"
}

fail() {
    say "$1" >&4
    rm -rf -- "$folder"
    tell_exit 125
}

# Becomes the rank. Arguments: token, folder, host, the command.
become='
    printf "%s\n" "$$" >"$2/pid"
    [ ! -e "$2/over" ] || exit 137
    printf "%s started %s %s\n" "$1" "$$" "$3"
    shift 3
    exec "$@"
'

# Its first process is a child of ours, in a kernel session of its own.
run() {
    (
        case $form in
            raw) exec 2>&4 3<&- 4>&- ;;
            lines) exec >"$folder/out" 2>"$folder/err" 3<&- 4>&- ;;
        esac
        rank_settings
        export RANKMQ_AGENT="$mark" RANKMQ_BOOTSTRAP="$folder/bootstrap.json"
        if command -v setsid >/dev/null; then
            rank_command setsid sh -c "$become" rank "$token" "$folder" "$host"
        else
            rank_command sh -c "$become" rank "$token" "$folder" "$host"
        fi
    )
}

agent=$$
host=$(uname -n)
folder=/nonexistent
umask 077
# Shells tell on standard error of processes that were killed.
exec 3<&0 </dev/null 4>&2 2>/dev/null
# Handled, not ignored: what is ignored stays so in the rank. Who wants the rank to end says it on standard input.
trap : HUP INT TERM
place=$(temporary)
made=$(mktemp -d "$place/rankmq-$mark-XXXXXXXXXX") || fail "no folder can be made in $place on $host; make it writable, or set TMPDIR there"
folder=$made
write_bootstrap >"$folder/bootstrap.json" || fail "the bootstrap document cannot be written to $folder on $host; free some space there"
if [ "$form" = lines ]; then
    mkfifo -m 600 "$folder/out" "$folder/err" || fail "no pipe can be made in $folder on $host; set TMPDIR there"
    relay "$folder/out" 1 3<&- &
    relays=$!
    relay "$folder/err" 4 3<&- &
    relays="$relays $!"
fi
take_orders <&3 >/dev/null 4>&1 &
helpers=$!
watch_lease 3<&- >/dev/null 4>&1 &
helpers="$helpers $!"
run
code=$?
kill_all
# shellcheck disable=SC2086
[ "$form" = raw ] || wait $relays
# shellcheck disable=SC2086
kill $helpers
rm -rf -- "$folder"
[ "$code" = 0 ] || clear_segments
tell_exit "$code"
