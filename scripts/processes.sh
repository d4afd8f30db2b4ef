#!/bin/sh
# Compares what several processes of MPI make with what one makes, which must be the same to the bit: processes.sh FLOWCTL [all]
# FLOWCTL is built with the trait MPI. With `all`: more processes and kinds of fits, fits that are stopped and go on with others, and
# fits of which one process is killed.
set -eu
exec </dev/null
flowctl=$(realpath "$1")
scope=${2:-}
data=$(cd "$(dirname "$0")/.." && pwd)/data/galaxy.h5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# For Open MPI: more processes than processors, also for the user root; all are here, so that no ssh is needed.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_plm_rsh_agent=sh PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

# job COUNT ARGUMENT ...
job() {
  count=$1
  shift
  mpirun -n "$count" "$flowctl" "$@"
}

# same FIRST SECOND
same() {
  "$flowctl" diff "$1" "$2" --json | grep -q '"sameFlow":true' || { echo "$1 and $2 differ" >&2; exit 1; }
}

# compare COUNTS ARGUMENT ...: a fit by one process without a launcher, and by so many.
compare() {
  counts=$1
  shift
  "$flowctl" fit "$data:/test" -o one.h5 --force --json "$@" >one.txt
  for count in $counts; do
    job "$count" fit "$data:/test" -o "$count.h5" --force --json "$@" >"$count.txt" 2>errors.txt || { cat errors.txt >&2; exit 1; }
    same one.h5 "$count.h5"
    # As many lines: the other processes keep still.
    [ "$(wc -l <one.txt)" -eq "$(wc -l <"$count.txt")" ] || { echo "$count processes print other lines" >&2; exit 1; }
  done
  echo "ok: $counts processes, $*"
}

small="2*[coupling-affine(hidden=16),permute(reverse)]"
compare "1 2 3" --columns u,g,r --context z --layers "$small" --batch 900 --epochs 2
compare "2 3" --layers "$small" --epochs 1 --buffer 0.3
compare "2" --layers "residual(hidden=16),lower" --epochs 1 --batch 400
compare "3" --layers "$small" --epochs 1 --batch 1024 --objective energy
for command in "density 2.h5 $data:/test" "sample 2.h5 -n 200000"; do
  # shellcheck disable=SC2086 # words
  "$flowctl" $command -o one.npy --force >/dev/null
  for count in 2 3; do
    # shellcheck disable=SC2086
    job $count $command -o many.npy --force >/dev/null
    cmp one.npy many.npy
  done
  echo "ok: 2 3 processes, $command"
done
if job 3 fit "$data:/test" -o other.h5 --columns no_such_column --epochs 1 >lines.txt 2>errors.txt; then exit 1; fi
[ "$(grep -c '^flowctl: ' errors.txt)" -eq 1 ] || { cat errors.txt >&2; exit 1; }
echo "ok: $(grep '^flowctl: ' errors.txt)"
[ "$scope" = all ] || exit 0

for threads in 1 2; do
  compare "1 2 3 4 8" --layers "4*[coupling-rqs(hidden=32)]" --epochs 1 --batch 2048 --threads $threads
  compare "1 2 3 4 8" --context z --layers "$small" --epochs 2 --buffer 0.3 --threads $threads
done
compare "2 5" --layers "$small" --epochs 1 --batch 1024 --objective 'sinkhorn(relative-epsilon=0.1)'
compare "2 3" --layers "$small" --epochs 2 --batch 1024 --objective wasserstein
compare "2" --layers "lu" --epochs 2 --ensemble 3
compare "2" --encoder 16 --latent 3 --objective ae --epochs 2

# Stopped by a signal, and gone on with by others.
# Layer lists are no patterns of file names.
set -f
fit="fit $data:/test --layers $small --epochs 600 --batch 256 --json"
# shellcheck disable=SC2086
"$flowctl" $fit -o whole.h5 --force >/dev/null
for counts in "3 2" "2 4" "1 3" "2 1"; do
  # shellcheck disable=SC2086
  timeout -s INT 2.5 mpirun -n "${counts% *}" "$flowctl" $fit -o part.h5 --force >/dev/null 2>&1 || true
  # shellcheck disable=SC2086
  job "${counts#* }" $fit -o part.h5 --resume >/dev/null 2>&1
  same whole.h5 part.h5
  echo "ok: stopped with ${counts% *} processes, gone on with ${counts#* }"
done

# One of three is killed at some moment; whatever is there goes on to the same model.
round=0
while [ $round -lt 20 ]; do
  round=$((round + 1))
  rm -f part.h5
  # shellcheck disable=SC2086
  mpirun -n 3 "$flowctl" $fit -o part.h5 --checkpoint-every 0.01 >/dev/null 2>errors.txt &
  launcher=$!
  sleep "$(awk -v seed=$round 'BEGIN { srand(seed); printf "%.2f", 0.4 + 1.2 * rand() }')"
  victim=$(pgrep -P $launcher | awk -v seed=$round 'BEGIN { srand(seed) } { line[NR] = $0 } END { if (NR) print line[int(1 + NR * rand())] }')
  [ -n "$victim" ] && kill -9 "$victim" 2>/dev/null
  begin=$(date +%s)
  if wait $launcher; then echo "round $round: it had ended before"; continue; fi
  [ $(($(date +%s) - begin)) -le 5 ] || { echo "round $round: the others went on" >&2; exit 1; }
  # shellcheck disable=SC2086
  job 2 $fit -o part.h5 --resume >/dev/null 2>&1
  same whole.h5 part.h5
done
echo "ok: 20 times one of three processes was killed"
