#!/bin/sh
# Fits a flow to the galaxy sample for one minute, scores the test part, draws galaxies and a picture of them:
# demo.sh [FOLDER], by default ./demo-output.
set -eu
exec </dev/null
repository=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-$PWD/demo-output}
mkdir -p "$output"
output=$(cd "$output" && pwd)
cd "$repository"

sh scripts/install.sh gnuplot-nox
swift build -c release --product flowctl
swift build -c release --package-path Examples --scratch-path .build --product PrintTable
flowctl="$(swift build -c release --show-bin-path)/flowctl"
print_table="$(swift build -c release --package-path Examples --scratch-path .build --show-bin-path)/PrintTable"

show() {
  printf '\n$ flowctl %s\n' "$*"
  "$flowctl" "$@"
}

show fit data/galaxy.h5 -o "$output/galaxy-model.h5" --minutes 1 --force
show density "$output/galaxy-model.h5" data/galaxy.h5 -o "$output/densities.h5" --force
show sample "$output/galaxy-model.h5" -n 10000 -o "$output/samples.h5" --force

columns="redshift u g r i z y"
# shellcheck disable=SC2086 # one word per column
"$print_table" data/galaxy.h5:/test $columns >"$output/data.txt"
# shellcheck disable=SC2086
"$print_table" "$output/samples.h5" $columns >"$output/samples.txt"
gnuplot -e "folder='$output'" scripts/galaxy.gnuplot
rm "$output/data.txt" "$output/samples.txt"
printf '\nThe picture is %s\n' "$output/galaxy.png"
