# Processes of a benchmark run: all are children of this shell, and none outlives it. Sourced by `run`.

work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-bench.XXXXXX")
children=
spawned=

die() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

# Starts a command in the background; its process id is in $spawned.
spawn() { # log command...
  log=$1
  shift
  "$@" >"$log" 2>&1 &
  spawned=$!
  children="$children $spawned"
}

# Runs a command to its end. Not in the foreground, because a shell that waits for a foreground command hears no signal.
finish() {
  "$@" &
  spawned=$!
  children="$children $spawned"
  wait "$spawned"
}

stop() { # pid
  kill "$1" 2>/dev/null || :
  wait "$1" 2>/dev/null || :
}

# Waits for a command to succeed while a process lives, a minute at most.
await() { # pid what command...
  pid=$1 what=$2 tries=0
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || die "$what ended early; its output: $(tail -n 5 "$work"/*.log 2>/dev/null)"
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || die "$what is not there after a minute"
    sleep 0.1
  done
}

clean_up() {
  status=$?
  trap - EXIT
  for pid in $children; do kill "$pid" 2>/dev/null || :; done
  for pid in $children; do wait "$pid" 2>/dev/null || :; done
  [ -n "${BENCH_KEEP:-}" ] && echo "kept: $work" >&2 || rm -rf "$work"
  exit "$status"
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
