# scripts/bench contention: shows that threads do not wait for each other to open, use and close scopes, otherwise than by
# time. Sourced by scripts/bench.
# shellcheck disable=SC2154 # What it uses is set by common.bash and launch.bash, which scripts/bench has read before.

readonly loops=dev.engram.arena.benchmarks.measure.QuietLoop operations=dev.engram.arena.benchmarks.alloc.ScopeBenchmark

explain_contention() {
  cat <<'END_OF_HELP'
Usage: bench contention [--seconds=N]
Watches two threads that open scopes, allocate and close without a pause, in a JVM
that does not collect garbage: counts their futex calls with strace, and on x86-64
the locked instructions of the compiled code with objdump. Threads that share a
lock are watched too, to show that both would be noticed.
      --seconds=N   How long to count futex calls, 5 unless told otherwise.
  -h, --help        Show this help message and exit.
Exit code 1: there is contention.
END_OF_HELP
}

# start_loop WORK OPTION...: a JVM with two threads at WORK, warm when this returns. Sets loop, its process.
start_loop() {
  local what=$1 start=$SECONDS next=$((SECONDS + sign_of_life_seconds))
  shift
  rm -f "$work/input"
  mkfifo "$work/input"
  "$jdk/bin/java" --enable-native-access=ALL-UNNAMED --illegal-native-access=deny -Xms1g -Xmx1g \
    -XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC -XX:CompileCommand=quiet \
    "-XX:CompileCommand=dontinline,$operations::uninitializedLocal" "-XX:CompileCommand=dontinline,$loops::takeLock" \
    "$@" --class-path "$class_path" "$loops" "$what" <"$work/input" >"$work/output" 2>&1 &
  loop=$!
  exec {input}>"$work/input"
  until grep -qx warm "$work/output"; do
    kill -0 "$loop" 2>/dev/null || fail 3 "the JVM ended: $(tail -n 1 "$work/output")"
    if ((SECONDS >= next)); then
      say "... until nothing is compiled any more, after $((SECONDS - start)) s"
      next=$((SECONDS + sign_of_life_seconds))
    fi
    sleep 0.2
  done
}

stop_loop() {
  exec {input}>&-
  wait "$loop" || fail 3 "the JVM failed: $(tail -n 1 "$work/output")"
}

# futex_calls WORK SECONDS: of each of the two threads, only of those. Prints "THREAD COUNT".
futex_calls() {
  local task name tracers=()
  start_loop "$1"
  for task in "/proc/$loop/task/"*; do
    name=$(<"$task/comm")
    [[ $name == quiet-loop-* ]] || continue
    # Without -f: with it strace attaches to every thread of the process.
    timeout --signal=INT "$2" strace -e trace=futex -o "$work/$name" -p "${task##*/}" 2>"$work/$name.log" &
    tracers+=($!)
  done
  ((${#tracers[@]} == 2)) || fail 3 "the JVM has ${#tracers[@]} threads to watch, not 2"
  # They end by the signal.
  wait "${tracers[@]}" || true
  stop_loop
  for name in quiet-loop-0 quiet-loop-1; do
    grep -q attached "$work/$name.log" || fail 3 "strace: $(tail -n 1 "$work/$name.log")"
    echo "$name $(grep -c '^futex(' "$work/$name" || true)"
  done
}

# locked_instructions WORK CLASS::METHOD OPTION...: in all of what C2 made of the method and inlined into it, in a JVM with
# the options. Prints "LOCKED ALL CALLS", where calls are those of other Java methods.
locked_instructions() {
  start_loop "$1" -XX:+UnlockDiagnosticVMOptions "-XX:CompileCommand=print,$2" "${@:3}"
  stop_loop
  # Without a disassembler of its own the JVM prints the code in hexadecimal.
  awk '/^Compiled method \(c2\)/ { text = "" } { text = text $0 "\n" } /^\[\/MachCode\]/ { if (text ~ /^Compiled method \(c2\)/) code = text }
    END { printf "%s", code }' "$work/output" >"$work/code.txt"
  [[ -s $work/code.txt ]] || fail 3 "the JVM printed no code of $2"
  python3 -c '
import re, sys
lines = sys.stdin.read().split("[MachCode]")[1].splitlines()
code = (re.fullmatch(r"\s*0x[0-9a-f]+:((?:[ |]*[0-9a-f]+)+)[ |]*", line) for line in lines)
sys.stdout.buffer.write(b"".join(bytes.fromhex(re.sub("[ |]", "", found[1])) for found in code if found))
' <"$work/code.txt" >"$work/code"
  objdump --disassemble-all --target=binary --architecture=i386:x86-64 --disassembler-options=intel --no-show-raw-insn \
    "$work/code" >"$work/instructions" || fail 3 'objdump failed'
  # An exchange with memory is locked without being called so.
  echo "$(grep -cE '[[:space:]]lock |[[:space:]]xchg +.*\[' "$work/instructions" || true)" \
    "$(grep -cE '^ +[0-9a-f]+:' "$work/instructions")" \
    "$(grep -cE '\{(static_call|optimized virtual_call|virtual_call)\}' "$work/code.txt" || true)"
}

# show WHAT COUNT WANTED: a line of the table. WANTED is none or some.
show() {
  local verdict=holds
  if [[ $3 == none && $2 != 0 || $3 == some && $2 == 0 ]]; then
    verdict='does not hold'
    contended=1
  fi
  printf '  %-60s %8d   %s\n' "$1" "$2" "$verdict"
}

contention() {
  local seconds=5 program line locked all calls contended=0 name count
  case ${1:-} in
    '') ;;
    -h | --help)
      explain_contention
      return
      ;;
    --seconds=*) seconds=${1#*=} ;;
    *) fail 2 "unknown option: '$1' (--help lists the options)" ;;
  esac
  (($# <= 1)) || fail 2 "unknown option: '$2' (--help lists the options)"
  [[ $seconds =~ ^[1-9][0-9]{0,3}$ ]] || fail 2 "--seconds is '$seconds'; allowed is 1 to 9999"
  for program in strace timeout mkfifo; do
    command -v "$program" >/dev/null || fail 3 "$program is needed to watch threads, and is not on the PATH"
  done
  find_jdk
  ensure_built benchmarks
  work=$(mktemp -d) || fail 3 'there is no room for temporary files'
  trap 'rm -rf "$work"' EXIT
  say "counting futex calls for $seconds s, of scopes and of a shared lock ..."
  line=$(futex_calls scopes "$seconds") || exit
  echo "In $seconds s, by each of two threads:"
  while read -r name count; do show "futex calls, scopes of 10 segments, $name" "$count" none; done <<<"$line"
  line=$(futex_calls lock "$seconds") || exit
  while read -r name count; do show "control: futex calls, a shared lock, $name" "$count" some; done <<<"$line"
  if [[ $(uname -m) == x86_64 ]] && command -v objdump >/dev/null; then
    say 'counting locked instructions ...'
    line=$(locked_instructions unwatched "$operations::uninitializedLocal") || exit
    read -r locked all calls <<<"$line"
    echo "In the compiled code of opening a scope, allocating and closing, $all instructions:"
    show 'calls of methods that are not in it' "$calls" none
    show 'locked instructions' "$locked" none
    line=$(locked_instructions lock "$loops::takeLock") || exit
    read -r locked all calls <<<"$line"
    show 'control: locked instructions, a shared lock' "$locked" some
  else
    echo 'Locked instructions are not counted: that takes objdump, and x86-64.'
  fi
  return "$contended"
}
