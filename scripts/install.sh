#!/bin/sh
# Installs what FlowKit is built with, where it is missing: install.sh [PACKAGE ...]
# Besides the packages named, HDF5, OpenBLAS and pkg-config; `mpi` stands for Open MPI or MPICH. For Debian and Ubuntu; a Swift toolchain must be there.
set -eu

if ! command -v swift >/dev/null; then
  echo "no Swift toolchain found: install Swift 6.2 or newer (https://www.swift.org/install) and run this again" >&2
  exit 1
fi

missing=
for package in libhdf5-dev libopenblas-dev pkg-config "$@"; do
  case $package in
    libhdf5-dev) pkg-config --exists hdf5 2>/dev/null || missing="$missing $package" ;;
    libopenblas-dev) pkg-config --exists openblas 2>/dev/null || missing="$missing $package" ;;
    mpi)
      if ! pkg-config --exists mpi-c 2>/dev/null || ! command -v mpirun >/dev/null; then
        missing="$missing libopenmpi-dev openmpi-bin"
      fi
      ;;
    python3-h5py) /usr/bin/python3 -c 'import h5py' 2>/dev/null || missing="$missing $package" ;;
    gnuplot-nox) command -v gnuplot >/dev/null || missing="$missing $package" ;;
    *) command -v "$package" >/dev/null || missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing:$missing; there is no apt-get here, so install what your system calls these and run this again" >&2
  exit 1
fi
if [ "$(id -u)" -eq 0 ]; then as_root=; else as_root=sudo; fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
# shellcheck disable=SC2086 # one word per package
$as_root apt-get -qq install --no-install-recommends -y $missing >/dev/null
