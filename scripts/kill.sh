#!/bin/sh
# Kills a fit that saves as often as it can at random moments, 200 times or as often as asked for, and reads the model file
# after each: kill.sh FLOWCTL [TIMES]. It must always be a whole model.
set -eu
exec </dev/null
flowctl=$(realpath "$1")
times=${2:-200}
data=$(cd "$(dirname "$0")/.." && pwd)/data/galaxy.h5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fit() {
  "$flowctl" fit "$data:/test" -o model.h5 --force --layers '2*[coupling-affine(hidden=8)]' "$@" >/dev/null 2>&1
}
fit --epochs 1
round=0
while [ "$round" -lt "$times" ]; do
  round=$((round + 1))
  "$flowctl" fit "$data:/test" -o model.h5 --force --layers '2*[coupling-affine(hidden=8)]' --epochs 1000000 \
    --checkpoint-every 0.0001 >/dev/null 2>&1 &
  process=$!
  sleep "$(awk -v seed="$round" 'BEGIN { srand(seed); printf "%.3f", 0.05 + 0.4 * rand() }')"
  kill -9 "$process"
  wait "$process" 2>/dev/null || true
  "$flowctl" inspect model.h5 --json >/dev/null || { echo "round $round: the model cannot be read" >&2; exit 1; }
done
echo "$times kills, and the model was whole after each; $(find . -name '*.partial' | wc -l) partial files were left behind"
