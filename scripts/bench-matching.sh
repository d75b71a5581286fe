#!/usr/bin/env bash
# Measure matching against its peers. Usage: scripts/bench-matching.sh [--quick] FOLDER [PART...]
#
# FOLDER holds photographs (scripts/photographs.sh). Parts: hashing search robustness false upload; all unless
# some are named. Figures are CPU time of one thread, so a busy machine blurs them less.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=
if [ "${1:-}" = --quick ]; then quick=1 && shift; fi
folder="${1:?a folder of photographs}"
shift
parts="${*:-hashing search robustness false upload}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

measure() { # script, arguments
  echo "== benchmarks/$*"
  .venv/bench/bin/python "benchmarks/$1" "${@:2}"
}

if [ -n "$quick" ]; then
  pictures=2 rows=(100000) copies=(--most 6) crops=2000 banked=100000
else
  pictures=10 rows=(100000 1000000 10000000) copies=() crops=21000 banked=1000000
fi
for part in $parts; do
  case "$part" in
    hashing) measure pdq_speed.py --pictures "$folder" --most "$pictures" ;;
    search) measure hamming_search.py --rows "${rows[@]}" ;;
    robustness) measure matching_robustness.py "$folder" "${copies[@]}" ;;
    false) measure matching_false.py "$folder" --crops "$crops" ;;
    upload) measure upload_check.py "$folder" --rows "$banked" ;;
    *) echo "no such part: $part" >&2 && exit 2 ;;
  esac
done
