#!/usr/bin/env bash
# Fuzz the native kernels: all under AddressSanitizer and UndefinedBehaviorSanitizer, the index under
# ThreadSanitizer too. Usage: scripts/fuzz-native.sh [seconds for each] [seed]
set -euo pipefail
cd "$(dirname "$0")/../native"
seconds="${1:-10}"
seed="${2:-}"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

build() { # program, sanitizers, sources
  "${CXX:-g++}" -std=c++17 -O1 -g1 -fno-omit-frame-pointer -ffp-contract=off "-fsanitize=$2" -fno-sanitize-recover=all \
    "fuzz_${1%-*}.cpp" "${@:3}" kernel.cpp -pthread -o "$out/$1"
}

index=(hamming_index.cpp hamming_segment.cpp hamming_layout.cpp hamming_kernels.cpp)
hash=(pdq.cpp pdq_axis.cpp pdq_stages.cpp)
builds=()
build pdq address,undefined "${hash[@]}" & builds+=($!)
build panels address,undefined panels.cpp outlines.cpp plane.cpp settle.cpp corners.cpp & builds+=($!)
build hamming address,undefined "${index[@]}" & builds+=($!)
build hamming-threads thread "${index[@]}" & builds+=($!)
for one in "${builds[@]}"; do wait "$one"; done

for program in pdq panels hamming hamming-threads; do
  echo "== $program"
  "$out/$program" "$seconds" ${seed:+"$seed"}
done
