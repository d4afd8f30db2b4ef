#!/bin/sh
# Builds flowctl with the Swift runtime in it and installs it with its manual pages and completions:
# install-flowctl.sh PREFIX, such as /usr/local or ~/.local. With DESTDIR set, files go below it, as packages want it.
# What runs there needs no Swift toolchain, only the libraries of HDF5 and OpenBLAS.
set -eu
exec </dev/null
[ $# -eq 1 ] || { echo "usage: install-flowctl.sh PREFIX" >&2; exit 1; }
case $1 in /*) prefix=$1 ;; *) prefix=$PWD/$1 ;; esac
root=${DESTDIR:-}$prefix
cd "$(dirname "$0")/.."

sh scripts/install.sh python3
swift build -c release --product flowctl --static-swift-stdlib
built="$(swift build -c release --static-swift-stdlib --show-bin-path)/flowctl"

share=$root/share
mkdir -p "$root/bin" "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
install -m 755 "$built" "$root/bin/flowctl"
if command -v strip >/dev/null; then strip --strip-unneeded "$root/bin/flowctl"; fi
flowctl=$root/bin/flowctl
# A program that needs the toolchain's libraries would end here.
env -i "$flowctl" --version >/dev/null
complete() { "$flowctl" --generate-completion-script "$1"; }
# Sourced, not run: without its first line.
complete bash | sed '1{/^#!/d;}' >"$share/bash-completion/completions/flowctl"
complete zsh >"$share/zsh/site-functions/_flowctl"
complete fish >"$share/fish/vendor_completions.d/flowctl.fish"
python3 scripts/manual.py "$flowctl" "$share/man/man1" "${MANUAL_DATE:-$(date +%Y-%m-%d)}"
find "$share" -type f -exec chmod 644 {} +
echo "installed $flowctl, its manual pages and its completions for bash, zsh and fish"
