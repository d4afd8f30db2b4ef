#!/bin/sh
# Everything that must pass before a change is merged: format, build without warnings, tests in Float and in Double,
# the benchmarks' build, the examples with their outputs checked.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."

# gnuplot draws reports, and tests look at them in Chromium.
sh scripts/install.sh python3-h5py gnuplot-nox chromium mpi
step() { printf '\n== %s\n' "$1"; }

step "format"
swift format lint --strict -r Package.swift Sources Tests Examples Benchmarks

step "rooms"
python3 scripts/rooms.py --check

step "sizes"
python3 scripts/sizes.py --check

# The compiler works on one module at a time, mostly with one thread: both builds side by side take little longer than one.
# One folder holds all that is built in Float, and one option is given to all: the examples and benchmarks take the library as it is.
step "builds, Float and Double"
release="-c release -Xswiftc -enable-testing"
# In Float with what MPI needs, which changes nothing outside of a job; in Double without.
export FLOWKIT_MPI=1
double="$release --traits DoublePrecision --scratch-path .build-double"
mkdir -p .build
swift package resolve
# shellcheck disable=SC2086 # options
FLOWKIT_LIBRARY_ONLY=1 swift build --build-tests $double >.build/double.log 2>&1 &
building=$!
# shellcheck disable=SC2086 # options
swift build --build-tests $release
wait $building || { cat .build/double.log; exit 1; }

# run_tests NAME OPTION ...: of tests that fail, what failed stands at the end.
run_tests() {
  step "tests, $1"
  log=.build/tests.log
  shift
  swift test --skip-build "$@" >$log 2>&1 || { grep -A 5 -E '✘|error:|Fatal' $log || true; tail -n 20 $log; exit 1; }
  tail -n 1 $log
}
# shellcheck disable=SC2086 # options
run_tests Float $release
# The program is the same for any element; what is stored and read of both is tested with the library.
export FLOWKIT_LIBRARY_ONLY=1
# shellcheck disable=SC2086 # options
run_tests Double $double
unset FLOWKIT_LIBRARY_ONLY

step "models read by an independent program"
# The system's Python, to which the package belongs.
"${PYTHON:-/usr/bin/python3}" Tests/Interop/compare.py "$(swift build -c release --show-bin-path)/flowctl"
"${PYTHON:-/usr/bin/python3}" Tests/Interop/compare_encoders.py "$(swift build -c release --show-bin-path)/flowctl"

step "processes of MPI"
sh scripts/processes.sh "$(swift build -c release --show-bin-path)/flowctl"

step "examples"
sh scripts/examples.sh

step "benchmarks"
# shellcheck disable=SC2086 # options
swift build $release --package-path Benchmarks --scratch-path .build

printf '\nall passed\n'
