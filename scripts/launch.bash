# Builds a module's program if its sources changed and starts it. Sourced by the scripts that do; see common.bash.

# shellcheck source=scripts/common.bash
source "$(dirname "${BASH_SOURCE[0]}")/common.bash"

# A hash of what MODULE and what it depends on are built from.
source_state() {
  local module=$1
  (
    cd "$root" || exit
    find pom.xml scripts/zig native bindings api "$module" \( -name target -o -name .zig-cache -o -path '*/src/test' \
      -o -path '*/src/it' \) -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  )
}

# Size and time of each file that a run of MODULE would load. Fails if one is not there.
output_state() {
  local target=$root/$1/target
  find "$target/classes" -type f -exec stat -c '%n %s %y' {} + | LC_ALL=C sort
  tr ':' '\n' <"$target/run-class-path.txt" | xargs -d '\n' stat -c '%n %s %y'
}

# Tells what Maven is at, from its log on standard input: a line for each module, and one every few seconds at least.
tell_steps() {
  local line rest='' step='starting Maven' files=0 start=$SECONDS next=$((SECONDS + sign_of_life_seconds))
  while true; do
    if IFS= read -r -t 1 line; then
      line=$rest$line
      rest=''
      case $line in
        '[INFO] Building jar'* | '[INFO] Building Engram Arena: parent'*) ;;
        '[INFO] Building Engram Arena: '*)
          step="building ${line#*Arena: }"
          step=${step%% [0-9]*}
          say "$step ..."
          next=$((SECONDS + sign_of_life_seconds))
          ;;
        *'Downloaded from '*) files=$((files + 1)) ;;
      esac
    elif (($? <= 128)); then
      return
    else
      # The first half of a line, which its second half comes after.
      rest+=$line
    fi
    if ((SECONDS >= next)); then
      if ((files > 0)); then
        say "... $step, after $((SECONDS - start)) s; Maven has downloaded $files files"
      else
        say "... $step, after $((SECONDS - start)) s"
      fi
      next=$((SECONDS + sign_of_life_seconds))
    fi
  done
}

# What Maven's log says beside its steps, up to where it says how to ask for more.
explain_build_failure() {
  local log=$1
  sed $'s/\e\\[[0-9;]*m//g; / -> \\[Help 1\\]/ { s///; q }' "$log" |
    grep -vE '^(\[INFO\]|Download(ing|ed) from |(\[ERROR\])? *$)' | tail -n 20 || true
}

# Standard input is the program's: it may be a jshell script.
build() {
  local module=$1 log=$work/maven.log
  command -v mvn >/dev/null || fail 3 'Maven (mvn) is needed to build, and is not on the PATH'
  "$root/scripts/zig" version </dev/null >/dev/null || exit 3
  say "building, since something changed or this is the first run ..."
  # Maven runs on whatever Java the user has for it, and is told of the JDK to compile with.
  if [[ -z ${JAVA_HOME:-} ]] && ! command -v java >/dev/null; then
    export JAVA_HOME=$jdk
  fi
  if ! (cd "$root" && JAVA25_HOME=$jdk mvn --batch-mode --projects "$module" --also-make -DskipTests -Dmaven.test.skip package) \
    2>&1 </dev/null | tee "$log" | tell_steps; then
    explain_build_failure "$log" >&2
    fail 3 'the build failed, as shown above'
  fi
}

# is_built MODULE STAMP: whether nothing changed since the build that wrote the stamp.
is_built() {
  [[ -r $2 && $(source_state "$1" && output_state "$1" 2>/dev/null) == "$(<"$2")" ]]
}

stamp_of() {
  echo "$root/$1/target/run-state.txt"
}

# build_alone MODULE. The sources may change while it is at work: the stamps are of those from before. Maven makes what
# the module depends on as well, so the api is then built too.
build_alone() {
  local module sources api_sources
  work=$(mktemp -d) || fail 3 'there is no room for temporary files'
  trap 'rm -rf "$work"' EXIT
  sources=$(source_state "$1")
  api_sources=$(source_state api)
  build "$1"
  { echo "$api_sources" && output_state api; } >"$(stamp_of api)" || fail 3 'the build left out the api'
  { echo "$sources" && output_state "$1"; } >"$(stamp_of "$1")" || fail 3 'the build left out what a run needs'
  # The program takes this shell's place, so there is no exit to wait for.
  rm -rf "$work"
  trap - EXIT
}

wait_for_lock() {
  local status
  readonly taken=75
  while true; do
    status=0
    flock -E "$taken" -w "$sign_of_life_seconds" "$1" || status=$?
    ((status == 0)) && return
    ((status == taken)) || fail 3 "flock failed with $status"
    say 'waiting for another build in this folder ...'
  done
}

# Sets class_path to what MODULE's program needs, built if need be. One script at a time builds.
ensure_built() {
  local module=$1 target=$root/$1/target program
  for program in flock sha256sum stat; do
    command -v "$program" >/dev/null || fail 3 "the program $program is missing (it comes with util-linux or coreutils)"
  done
  if ! is_built "$module" "$(stamp_of "$module")"; then
    exec {lock}<"$root/pom.xml"
    wait_for_lock "$lock"
    is_built "$module" "$(stamp_of "$module")" || build_alone "$module"
    exec {lock}<&-
  fi
  class_path=$target/classes:$(<"$target/run-class-path.txt")
}

# run MODULE CLASS ARGUMENT...: becomes the Java program, whose exit code is the script's.
run() {
  local module=$1 main_class=$2
  shift 2
  find_jdk
  ensure_built "$module"
  exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED --illegal-native-access=deny --class-path "$class_path" \
    "$main_class" "$@"
}
