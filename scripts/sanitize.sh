#!/bin/sh
# Runs the tests that enter HDF5 under ThreadSanitizer and AddressSanitizer: sanitize.sh [thread|address ...]
# Each builds everything once more, in .build-tsan and .build-asan.
set -eu
exec </dev/null
cd "$(dirname "$0")/.."
tests='HDF5|Table|FullDisk|AtomicFile|StalePartials|IntegrityBlock|DataParts|DataLocation|ColumnUnits|Resume'

for sanitizer in ${*:-thread address}; do
  case $sanitizer in
    thread) scratch=.build-tsan ;;
    address) scratch=.build-asan ;;
    *) echo "sanitize.sh knows thread and address, not $sanitizer" >&2; exit 1 ;;
  esac
  printf '\n== %s\n' "$sanitizer"
  # libhdf5 keeps what it has allocated until the process ends, and H5dont_atexit leaves it there: no search for leaks.
  # An address sanitizer's allocator returns null where malloc would, as the library's own checks expect.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 TSAN_OPTIONS=halt_on_error=1 \
    swift test -c release --sanitize="$sanitizer" --scratch-path "$scratch" --filter "FlowKitTests.*($tests)"
done
