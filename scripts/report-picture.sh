#!/bin/sh
# Draws the README's picture of data against a model, docs/images/galaxy-marginals.png: builds flowctl and fits for a minute.
set -eu
cd "$(dirname "$0")/.."

sh scripts/install.sh gnuplot-nox
swift build -c release --product flowctl
flowctl="$(swift build -c release --show-bin-path)/flowctl"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$flowctl" fit data/galaxy.h5 -o "$folder/model.h5" --quick
"$flowctl" plot "$folder/model.h5" data/galaxy.h5 --kind density --rows 10000 -o docs/images/galaxy-marginals.png --force
