# SPDX-License-Identifier: Apache-2.0
# Says whether ranks can run on this host, behind the token, in one line: "ok <free port> <host>", or "no <what is wrong; what to do>".
# What they need follows as calls of the functions whose names begin with need.

answer() {
    printf '%s %s\n' "$token" "$1"
    exit 0
}

need_command() {
    command -v "$1" >/dev/null 2>&1 ||
        answer "no the command '$1' does not exist there; install it, or correct the launcher's command"
}

need_java() {
    command -v "$1" >/dev/null 2>&1 ||
        answer "no the command '$1' does not exist there; install a Java 17 or newer, or name one in launcher.java"
    version=$("$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${version:-0}" -ge 17 ] ||
        answer "no $1 is Java ${version:-of an unknown version} there, expected 17 or newer; name another in launcher.java"
}

# An entry of a class path: a file, a folder, or all jars of one.
need_entry() {
    file=${1%/\*}
    [ -e "$file" ] ||
        answer "no $file, of the class path, does not exist there; share that folder, or name what is there in launcher.classpath or launcher.worker_classpath"
}

need_python() {
    command -v "$1" >/dev/null 2>&1 ||
        answer "no the interpreter '$1' does not exist there; install it, or name another in launcher.python"
    said=$(PYTHONPATH="$2${PYTHONPATH:+:$PYTHONPATH}" "$1" -c 'import rankmq' 2>&1) ||
        answer "no $1 cannot import rankmq there ($(printf '%s\n' "$said" | tail -n 1)); install the Python worker, or name an interpreter that has it in launcher.python"
}

need_folder() {
    [ -d "$1" ] || answer "no the folder $1 does not exist there; make it, or correct launcher.workdir"
}

# A port that nobody uses, below those that the kernel gives away by itself.
free_port() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v "seed=$$" '
        { split($2, part, ":"); used[toupper(part[2])] = 1 }
        END {
            srand(); port = 20000 + (int(rand() * 12000) + seed * 7) % 12000
            while (sprintf("%04X", port) in used) port++
            print port
        }'
}

check() {
    needs
    answer "ok $(free_port) $(uname -n)"
}
check </dev/null
