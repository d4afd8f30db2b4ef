#!/bin/sh
# Fits densities that a family cannot reach with it and with its repair, and prints how far from each it stays: the figures
# of the guide "Expressivity". expressivity-evidence.sh [EPOCHS]; PYTHON names a python with numpy and h5py.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."
epochs=${1:-15}
flowctl=${FLOWCTL:-"$(swift build -c release --show-bin-path)/flowctl"}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" scripts/expressivity_data.py "$folder" >"$folder/entropies"

# fit DATA LAYERS [BASE]: the validation loss above the entropy, in nats.
fit() {
  loss=$("$flowctl" fit "$folder/$1.h5" --layers "$2" --base "${3:-normal}" -o "$folder/model.h5" --force --json \
    --epochs "$epochs" --patience "$epochs" --batch 512 --learning-rate 0.005 |
    tail -n 1 | sed 's/.*"valid":\([^,}]*\).*/\1/')
  entropy=$(awk -v name="$1" '$1 == name { print $2 }' "$folder/entropies")
  "$flowctl" check "$folder/model.h5" --json >"$folder/check" || true
  family=$(sed 's/.*"family":"\([^"]*\)".*/\1/' "$folder/check")
  awk -v d="$1" -v l="$2" -v b="${3:-normal}" -v f="$family" -v x="$loss" -v e="$entropy" 'BEGIN {
    if (e == "nan") printf "%-14s %-62s %-10s %-14s loss %.3f\n", d, l, b, f, x
    else printf "%-14s %-62s %-10s %-14s loss - entropy %.3f\n", d, l, b, f, x - e }'
}

couplings='coupling-rqs(bins=8,hidden=32x32)'
fit ring "4*[elementwise-rqs]"
fit ring "6*[$couplings,permute(reverse)]"
fit two_peaks "4*[$couplings]"
fit two_peaks "4*[$couplings,permute(reverse)]"
# Universal, and yet: maximum likelihood does not find the way from here.
fit two_peaks "8*[coupling-affine(hidden=32x32),permute(reverse)]"
fit student "4*[$couplings,permute(reverse)]"
fit student "4*[$couplings,permute(reverse)]" student-t
# Cheap layers, more epochs.
epochs=$((epochs * 10))
fit laplace '8*[lower,leaky-relu(0.5)]'
fit laplace '8*[lower,prelu]'
fit laplace '8*[lower,smooth-leaky-relu]'
fit rotated_moons '8*[lower,leaky-relu]'
fit rotated_moons '8*[qr,leaky-relu]'
# Eight slopes of 0.1 are badly conditioned to start from.
fit rotated_moons '8*[lower,leaky-relu(0.5)]'
fit rotated_moons '8*[qr,leaky-relu(0.5)]'
fit rotated_moons '8*[qr,smooth-leaky-relu]'
