# Runs one throw-away PostgreSQL server, and ends it when no test process is left.
#
#   sh watchdog.sh <directory of the server> local <directory of the binaries> <option of postgres>…
#   sh watchdog.sh <directory of the server> docker <engine> <name of the container> <argument of `run`>…
#
# Standard input is the file `server.lock`, locked by the process that started this one. The lock belongs to the open
# file, so it is held for as long as this shell lives, and goes when it dies, however it dies: who can lock the file
# knows that there is no server. Standard output and error are the file `log`.
#
# Every test process holds a shared lock on `users.lock` for its life. To start or join a server takes `orm-pg-test.lock`,
# so once this script has both, nobody uses the server and nobody is about to.

dir=$1
kind=$2
# The directory of the binaries, or the engine.
program=$3
shift 3
server=
container=

# A terminal that is closed, or Ctrl-C in it, ends the tests. The server ends because of that, not by the signal.
trap '' HUP INT
trap stop TERM
umask 077
cd "$dir" || exit 1

# Ends the server at once: nothing in it is kept.
stop_server() {
    if [ -n "$container" ]; then
        "$program" rm --force --volumes "$container" </dev/null >/dev/null 2>&1
    fi
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null
        wait "$server"
    fi
}

stop() {
    trap '' TERM
    stop_server
    # Renamed first: while the files of a directory go one by one, a new test process could put its own among them.
    if mv "$dir" "$dir.ended.$$" 2>/dev/null; then
        rm -rf "$dir.ended.$$"
    else
        # The directory above is not ours to write to. The lock files stay, for others may wait for them.
        rm -rf data leases log container url
    fi
    exit 0
}

# Tries to lock the open file number $1 for this shell alone: by util-linux or BusyBox, else by perl (macOS).
if command -v flock >/dev/null 2>&1; then
    lock() { flock -n -x "$1"; }
elif command -v perl >/dev/null 2>&1; then
    lock() { perl -e 'open(F, "<&=" . shift) && flock(F, 6) || exit 1' "$1"; }
else
    echo "neither flock nor perl is in PATH: without one of them it cannot be known when the tests are over"
    exit 1
fi

init() {
    "$program/initdb" --no-sync --username=postgres --auth=trust --encoding=UTF8 --locale="$1" data </dev/null
}

case $kind in
local)
    # Not every system has C.UTF-8; every one has C.
    init C.UTF-8 || { rm -rf data && init C; } || exit 1
    "$program/postgres" -D data -k "$dir" "$@" </dev/null &
    server=$!
    ;;
docker)
    container=$1
    shift
    "$program" run --rm --name "$container" "$@" </dev/null &
    server=$!
    ;;
esac

idle=0
while sleep 1 && kill -0 "$server" 2>/dev/null; do
    exec 9<users.lock
    if lock 9; then
        idle=$((idle + 1))
    else
        idle=0
    fi
    exec 9<&-

    read -r limit <idle || limit=20
    [ "$idle" -ge "$limit" ] || continue

    exec 8<orm-pg-test.lock 9<users.lock
    if lock 8 && lock 9; then
        stop
    fi
    exec 8<&- 9<&-
    idle=0
done
# The server ended by itself, or who watches over the container for us did. The log stays for whoever looks; the next
# test process starts another one.
server=
stop_server
