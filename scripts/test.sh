#!/bin/sh
# Everything that must pass before a change is merged: format, build without warnings, tests in Float and in Double,
# the benchmarks' build, the examples with their outputs checked.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."

# gnuplot draws reports. Tests look at them in Chromium where it is installed.
sh scripts/install.sh python3-h5py gnuplot-nox
step() { printf '\n== %s\n' "$1"; }

step "format"
swift format lint --strict -r Package.swift Sources Tests Examples Benchmarks

step "rooms"
python3 scripts/rooms.py --check

step "sizes"
python3 scripts/sizes.py --check

# Builds the library, flowctl and the tests.
step "tests, Float"
swift test -c release

step "tests, Double"
swift test -c release --traits DoublePrecision --scratch-path .build-double

step "models read by an independent program"
# The system's Python, to which the package belongs.
"${PYTHON:-/usr/bin/python3}" Tests/Interop/compare.py "$(swift build -c release --show-bin-path)/flowctl"

# That they compile: optimizing them takes as long as the whole library.
step "benchmarks"
swift build --package-path Benchmarks

step "examples"
sh scripts/examples.sh

printf '\nall passed\n'
