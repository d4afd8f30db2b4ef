#!/bin/sh
# Builds and runs the examples and checks what they print.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."
python3 scripts/guides.py
# With the library that the tests were built with, where they were.
build="swift build -c release -Xswiftc -enable-testing --package-path Examples --scratch-path .build"
$build
examples=$($build --show-bin-path)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# expect PATTERN COMMAND ...: runs the command, which must succeed and print a line that matches.
expect() {
  pattern=$1
  shift
  "$@" >"$folder/output" || { echo "$1 failed" >&2; exit 1; }
  if ! grep -Eq "$pattern" "$folder/output"; then
    echo "$1 printed no line like '$pattern' but:" >&2
    cat "$folder/output" >&2
    exit 1
  fi
  echo "ok: $(basename "$1")"
}

expect '^drew 1000 events, mean log-density -?[0-9.]+$' \
  "$examples/FitAndSample" data/galaxy.h5:/test "$folder/model.h5"
expect "^without the registry: .*custom.h5: the model has a layer of kind 'sinh-arcsinh', which this program does not know" \
  "$examples/CustomBijector" "$folder/custom.h5"
expect '^resumed to the same bits: true$' "$examples/CustomObjective"
expect '^loaded coupling-sinh-arcsinh\(hidden=16\)$' "$examples/CustomScalarMap" "$folder/map.h5"
expect "^without the registry: .*base.h5: the model has a base of kind 'cauchy', which this program does not know" \
  "$examples/CustomBase" "$folder/base.h5"
expect "^without the network: .*network.h5: the model has a network of kind 'cosine', which this program does not know" \
  "$examples/CustomNetwork" "$folder/network.h5"
expect '^[0-9.e-]+ [0-9.e-]+$' "$examples/PrintTable" data/galaxy.h5:/valid redshift u
mkdir "$folder/paper"
export PATH="$(swift build -c release --show-bin-path):$PATH"
expect '^(no difference found between|.* differ: p = )' Examples/from-file-to-paper.sh data/galaxy.h5 "$folder/paper" 0.1
mkdir "$folder/guides"
(cd "$folder/guides" && "$examples/Guides" >output) || { tail -n 1 "$folder/guides/output" >&2; exit 1; }
grep '^ok: ' "$folder/guides/output"
