# scripts/bench jfr: measures what the flight recorder's events cost, and counts the instructions that scopes are compiled to.
# Sourced by scripts/bench, after contention.bash.
# shellcheck disable=SC2154 # What it uses is set there.

# count_code WHAT OPTION...: a line of the table.
count_code() {
  local line all
  line=$(locked_instructions unwatched "$operations::uninitializedLocal" "${@:2}") || exit
  read -r _ all _ <<<"$line"
  printf '  %-60s %8d\n' "$1" "$all"
}

# A difference of a few instructions would drown in what forks differ by.
count_recorder_code() {
  find_jdk
  ensure_built benchmarks
  work=$(mktemp -d) || fail 3 'there is no room for temporary files'
  trap 'rm -rf "$work"' EXIT
  say 'counting instructions ...'
  echo 'Instructions that opening a scope, allocating and closing are compiled to:'
  count_code 'no recording'
  count_code 'without jdk.jfr' --limit-modules=java.se,jdk.management,jdk.unsupported
  count_code 'in a recording without scopes' '-XX:StartFlightRecording:settings=none,+dev.engram.arena.Statistics#enabled=true'
  count_code 'control: metrics off' -Dengram.arena.metrics_for_measurement=off
}

jfr() {
  local argument program
  (run benchmarks dev.engram.arena.benchmarks.BenchMain jfr "$@") || exit
  for argument; do
    [[ $argument != -h && $argument != --help ]] || return 0
  done
  for program in mkfifo objdump python3; do
    if [[ $(uname -m) != x86_64 ]] || ! command -v "$program" >/dev/null; then
      echo 'Instructions are not counted: that takes mkfifo, objdump, Python 3 and x86-64.'
      return
    fi
  done
  count_recorder_code
}
