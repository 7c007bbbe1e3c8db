# What the scripts share. Sourced, not run; the caller has set -euo pipefail.
#
# Messages go to standard error, one line each, after the name of the script. Exit codes: 2 usage error, 3 something is
# missing that is needed to build or run here.

# shellcheck disable=SC2034 # The scripts use it.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
script_name=$(basename "$0")
readonly script_name

# Longest silence of something that is at work.
readonly sign_of_life_seconds=5

say() {
  echo "$script_name: $*" >&2
}

fail() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# with_sign_of_life LOG COMMAND...: runs it with its output in LOG, and says now and then that it is still at work.
with_sign_of_life() {
  local log=$1 alive status=0
  shift
  # Ends when nobody holds the pipe open any more, however this script ends.
  exec {alive}> >(
    start=$SECONDS
    until read -r -t "$sign_of_life_seconds" || (($? <= 128)); do
      say "... still at it, after $((SECONDS - start)) s"
    done
  )
  "$@" >"$log" 2>&1 {alive}>&- || status=$?
  exec {alive}>&-
  return "$status"
}

# jdk_fits HOME: whether that is a JDK which the library can be compiled and run with. The lowest version is that of
# jdk.range in pom.xml.
jdk_fits() {
  local major minor patch version
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  version=$(sed -nE 's/^JAVA_VERSION="([0-9.]+).*/\1/p' "$1/release")
  IFS=. read -r major minor patch _ <<<"$version.0.0"
  ((major * 1000000 + minor * 1000 + patch >= 25000003))
}

# Where a JDK may be, one folder a line, the user's own choice first.
jdk_candidates() {
  local on_path toolchains=${HOME:-}/.m2/toolchains.xml
  echo "${JAVA_HOME:-}"
  if on_path=$(command -v java); then
    dirname "$(dirname "$(realpath "$on_path")")"
  fi
  if [[ -r $toolchains ]]; then
    sed -nE 's,.*<jdkHome>(.*)</jdkHome>.*,\1,p' "$toolchains"
  fi
  printf '%s\n' /usr/lib/jvm/* /usr/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*
}

# Sets jdk. Maven finds it by itself in most of these places; where it is started below it is told.
find_jdk() {
  while IFS= read -r jdk; do
    jdk_fits "$jdk" && return
  done < <(jdk_candidates)
  fail 3 'a JDK 25.0.3 or newer is needed: install one, or set JAVA_HOME to it'
}
