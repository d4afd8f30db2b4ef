#!/bin/sh
# Builds a Debian package of flowctl: deb.sh [FOLDER], by default ./. Checked by lintian where that is installed.
# DEBFULLNAME and DEBEMAIL name its maintainer.
set -eu
exec </dev/null
folder=$(cd "${1:-.}" && pwd)
cd "$(dirname "$0")/.."

for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: install dpkg-dev" >&2; exit 1; }
done
version=$(sed -n 's/.*flowKitVersion = "\(.*\)".*/\1/p' Sources/FlowKit/Version.swift)
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-FlowKit developers} <${DEBEMAIL:-flowkit@example.org}>"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/flowctl
umask 022

date=$(git log -1 --format=%cs)
DESTDIR=$root MANUAL_DATE=$date sh scripts/install-flowctl.sh /usr
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_flowctl" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9n "$root"/usr/share/man/man1/*.1

documents=$root/usr/share/doc/flowctl
mkdir -p "$documents" "$root/DEBIAN"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n'
  sed -n 's/^\(Copyright .*\)/\1/p' LICENSE | sed 's/^Copyright *(c) */Copyright: /; s/^Copyright \([^:]\)/Copyright: \1/'
  printf 'License: Expat\n'
  sed -e '1,/^Copyright/d' LICENSE | sed -e '/./,$!d' -e 's/^$/./' -e 's/^/ /'
} >"$documents/copyright"
{
  printf 'flowctl (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of FlowKit.\n\n' "$version"
  printf ' -- %s  %s\n' "$maintainer" "$(git log -1 --format=%cD)"
} | gzip -9n >"$documents/changelog.gz"

# What the binary links to, as the packages of this system call it.
mkdir -p "$work/debian"
printf 'Source: flowctl\n\nPackage: flowctl\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O flowctl/usr/bin/flowctl 2>/dev/null | sed 's/^shlibs:Depends=//')
{
  printf 'Package: flowctl\nVersion: %s\nArchitecture: %s\nMaintainer: %s\n' "$version" "$architecture" "$maintainer"
  printf 'Installed-Size: %s\nDepends: %s\nSection: science\nPriority: optional\n' "$(du -sk "$root/usr" | cut -f1)" "$depends"
  printf 'Description: density estimation with normalizing flows\n'
  printf ' Fits a density to the rows of HDF5, text or NumPy files, scores rows with it,\n'
  printf ' draws from it, and says how good it is. The Swift runtime is linked in.\n'
} >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"

package=$folder/flowctl_${version}_$architecture.deb
dpkg-deb --build --root-owner-group "$root" "$package" >/dev/null
if command -v lintian >/dev/null; then lintian --fail-on error "$package"; else echo "lintian is not installed: not checked"; fi
echo "built $package"
