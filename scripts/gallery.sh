#!/bin/sh
# Fits each family of layers to the two-dimensional sets and draws its densities beside the data:
# gallery.sh [--seconds N] [FAMILY ...], into docs/images/gallery-FAMILY.png. Prints the densities' integrals over the grid.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."
seconds=20
if [ "${1:-}" = --seconds ]; then
  seconds=$2
  shift 2
fi

layers_of() {
  case $1 in
    linear) echo '4*[lu,leaky-relu(0.5),lu,leaky-relu(2)]' ;;
    prelu) echo '4*[qr,prelu,qr,inverse(prelu)]' ;;
    qr-leaky) echo '16*[qr,smooth-leaky-relu],qr' ;;
    householder) echo '8*[householder(2),elementwise-rqs(bins=16)]' ;;
    additive) echo '16*[coupling-additive(hidden=64x64),permute(reverse)],diagonal' ;;
    realnvp) echo '12*[coupling-affine(hidden=64x64,bound=2),permute(reverse)]' ;;
    nsf) echo '4*[coupling-rqs(bins=16,hidden=64x64),permute(reverse)]' ;;
    maf) echo '12*[autoregressive-affine(hidden=64x64),permute(reverse)]' ;;
    nsf-ar) echo '4*[autoregressive-rqs(bins=16,hidden=64x64),permute(reverse)]' ;;
    residual) echo '8*[actnorm,residual(hidden=64x64)]' ;;
    ode) echo 'ode(hidden=64x64x64)' ;;
    planar) echo '32*[planar]' ;;
    radial) echo '32*[radial]' ;;
    sylvester) echo '32*[sylvester(2)]' ;;
    *)
      echo "gallery.sh knows no family '$1'" >&2
      exit 1
      ;;
  esac
}

sh scripts/install.sh gnuplot-nox
swift build -c release --product flowctl
for product in PlanarData PrintTable; do swift build -c release --package-path Examples --scratch-path .build --product $product; done
flowctl="$(swift build -c release --show-bin-path)/flowctl"
examples="$(swift build -c release --package-path Examples --scratch-path .build --show-bin-path)"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$examples/PlanarData" "$folder"

[ $# -gt 0 ] || set -- linear prelu qr-leaky householder additive realnvp nsf maf nsf-ar residual ode planar radial sylvester
for family; do
  layers=$(layers_of "$family")
  for set in moons rings checkerboard spirals pinwheel; do
    model=$folder/$set-model.h5
    loss=$("$flowctl" fit "$folder/$set.h5" --layers "$layers" -o "$model" --force \
      --minutes "$(awk "BEGIN { print $seconds / 60 }")" --batch 512 --json |
      tail -n 1 | sed 's/.*"valid":\([^,}]*\).*/\1/')
    "$flowctl" density "$model" "$folder/grid.h5" -o "$folder/density.h5" --force >/dev/null
    "$examples/PrintTable" "$folder/density.h5" | grep -v '^#' >"$folder/density.txt"
    "$examples/PrintTable" "$folder/$set.h5:/valid" >"$folder/$set-data.txt"
    # A 480 × 480 matrix for the picture, and the integral over all cells.
    awk -v file="$folder/$set-density.txt" '{ p = exp($1); sum += p; printf "%.5g%s", p, NR % 480 ? " " : "\n" >file }
      END { printf "%.4f", sum * (12 / 480) ^ 2 }' "$folder/density.txt" >"$folder/integral"
    # The colour scale ends where one cell in 400 lies above it.
    sort -g "$folder/density.txt" | awk -v rank=$((480 * 480 * 399 / 400)) \
      'NR == rank { print exp($1); exit }' >"$folder/$set-top.txt" || true
    printf '%-12s %-12s loss %8.4f  integral %s\n' "$family" "$set" "$loss" "$(cat "$folder/integral")"
  done
  gnuplot -e "folder='$folder'" -e "picture='docs/images/gallery-$family.png'" -e "label='$layers'" scripts/gallery.gnuplot
done
