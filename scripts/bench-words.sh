#!/usr/bin/env bash
# Measure the screening of words. Usage: scripts/bench-words.sh [--quick] [PART...]
#
# Parts: rates fast lexicon requests beside minors disguises chains peers; all unless some are named. The request sets
# beside the project (../shared/eval/requests) are read where they lie. Figures are CPU time of one thread.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=
if [ "${1:-}" = --quick ]; then quick=1 && shift; fi
parts="${*:-rates fast lexicon requests beside minors disguises chains peers}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

measure() { # script, arguments
  echo "== benchmarks/$*"
  .venv/bench/bin/python "benchmarks/$1" "${@:2}"
}

if [ -n "$quick" ]; then
  half=(--half odd) sample=(--each 1 --harmless 50) peers=(--each 4 --harmless 500)
else
  half=() sample=() peers=()
fi
for part in $parts; do
  case "$part" in
    rates) measure words.py "${half[@]}" ;;
    fast | lexicon) measure words.py --reader "$part" "${half[@]}" ;;
    requests)
      measure words.py --requests benchmarks/requests
      measure words.py --requests benchmarks/requests_later --source-person true
      measure words.py --requests benchmarks/requests_threads
      measure words.py --requests benchmarks/requests_hints
      measure words.py --requests benchmarks/ordinary_people
      ;;
    beside) measure words_beside.py --each 12 ;;
    minors) measure minors.py ;;
    disguises) measure words_disguises.py "${sample[@]}" ;;
    chains) measure chains.py ;;
    peers) measure words_peers.py "${peers[@]}" ;;
    *) echo "no such part: $part" >&2 && exit 2 ;;
  esac
done
